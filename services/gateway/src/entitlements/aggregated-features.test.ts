import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { addSubscription } from '../testing/add-subscription.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
let apiCalls: string

beforeAll(async () => {
  gateway = await startGateway()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
  apiCalls = await addFeature('metered')
})
afterAll(() => gateway[Symbol.asyncDispose]())

async function addFeature(type: string): Promise<string> {
  const meter = {
    name: 'Calls',
    event_name: 'call',
    aggregation: { type: 'COUNT' },
    reset_usage: 'BILLING_PERIOD',
  }
  const body = { name: `A ${type} feature`, type, ...(type === 'metered' ? { meter } : {}) }
  return (await caller.create('/features', body)).id
}

test('200 with what a subscription and its customer are entitled to, and where it comes from', async () => {
  const { subscriptionId, customerId, planId: plan } = await addSubscription(caller)
  const limits = {
    ...{ entity_type: 'PLAN', entity_id: plan, feature_id: apiCalls, feature_type: 'metered' },
    ...{ usage_limit: 100, usage_reset_period: 'NEVER' },
  }
  const { id: planned } = await caller.create('/entitlements', limits)
  const config = await addFeature('config')
  await caller.create('/entitlements', {
    ...{ plan_id: plan, feature_id: config, feature_type: 'config' },
    config_value: { seats: 5 },
  })
  const { id: own } = await caller.create('/entitlements', {
    ...limits,
    ...{ entity_type: 'SUBSCRIPTION', entity_id: subscriptionId, usage_limit: 500 },
    parent_entitlement_id: planned,
  })
  const path = `/subscriptions/${subscriptionId}/entitlements`
  const answer = await caller.call('GET', `${path}?feature_ids=${apiCalls}`)
  expect(answer).toMatchObject({
    status: 200,
    body: {
      subscription_id: subscriptionId,
      plan_id: plan,
      features: [
        {
          feature: { id: apiCalls },
          entitlement: { usage_limit: 500, usage_reset_period: 'NEVER', is_enabled: true },
          sources: [
            {
              entitlement_id: own,
              entity_type: 'subscription',
              usage_limit: 500,
              usage_reset_period: 'ONETIME',
            },
          ],
        },
      ],
    },
  })
  const both = await caller.call('GET', `${path}?feature_ids=${apiCalls}&feature_ids=${config}`)
  expect(both).toMatchObject({ body: { features: [{}, {}] } })
  // The subscription of `addSubscription` begins a millisecond from its making.
  const ofCustomer = await caller.call('GET', `/customers/${customerId}/entitlements`)
  expect(ofCustomer).toMatchObject({
    status: 200,
    body: {
      customer_id: customerId,
      subscriptions: [{ id: subscriptionId }],
      features: [
        { entitlement: { config_values: [], configs: [{ seats: 5 }] }, sources: [{ entity_name: 'Pro' }] },
        { entitlement: { usage_limit: 500 } },
      ],
    },
  })
  const { body: customer } = await caller.call('GET', `/customers/${customerId}`)
  const { external_id } = z.object({ external_id: z.string() }).parse(customer)
  const byExternalId = await caller.call('GET', `/customers/external/${external_id}/entitlements`)
  expect(byExternalId).toEqual({ ...ofCustomer, headers: byExternalId.headers })
})

test('a limit of what has no usage is kept, and told', async () => {
  const { subscriptionId, planId } = await addSubscription(caller)
  const of = { plan_id: planId, feature_id: await addFeature('boolean'), feature_type: 'boolean' }
  const unlimited = { plan_id: planId, feature_id: await addFeature('boolean'), feature_type: 'boolean' }
  const kept = { usage_limit: 3, usage_reset_period: 'MONTHLY' }
  await caller.create('/entitlements', { ...of, ...kept, is_enabled: true })
  await caller.create('/entitlements', { ...unlimited, is_enabled: true })
  const answer = await caller.call('GET', `/subscriptions/${subscriptionId}/entitlements`)
  expect(answer).toMatchObject({ body: { features: [{ entitlement: kept, sources: [kept] }, {}] } })
  expect(answer).not.toHaveProperty('body.features[1].entitlement.usage_limit')
})
