import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type AddedSubscription, addSubscription, subscribe } from '../testing/add-subscription.ts'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
let stranger: Caller
let added: AddedSubscription

beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  stranger = await gateway.newCaller()
  added = await addSubscription(caller)
})
afterAll(() => gateway[Symbol.asyncDispose]())

test('getSubscription 200 with its lines, 404 for another tenant and for the id of another kind', async () => {
  const { subscriptionId, customerId, planId, priceId } = added
  expect(await caller.call('GET', `/subscriptions/${subscriptionId}`)).toMatchObject({
    status: 200,
    body: {
      id: subscriptionId,
      customer_id: customerId,
      plan_id: planId,
      subscription_status: 'active',
      subscription_type: 'standalone',
      billing_cadence: 'RECURRING',
      plan: { id: planId, name: 'Pro' },
      customer: { id: customerId, name: 'Ada' },
      line_items: [{ price_id: priceId, quantity: '3', entity_type: 'plan', plan_display_name: 'Pro' }],
    },
  })
  expect(await stranger.call('GET', `/subscriptions/${subscriptionId}`)).toMatchObject({ status: 404 })
  expect(await caller.call('GET', `/subscriptions/${planId}`)).toMatchObject({
    status: 404,
    body: { message: `${planId} is the id of a plan, not of a subscription` },
  })
})

test('getSubscriptionV2 200 with what is asked for, and whether a price of its plan waits for a sync', async () => {
  const { subscriptionId, customerId, planId, priceId } = await addSubscription(caller)
  const path = `/subscriptions/${subscriptionId}/v2`
  const bare = await caller.call('GET', path)
  expect(bare).toMatchObject({
    status: 200,
    body: { id: subscriptionId, subscription_status: 'active', plan_prices_out_of_sync: false },
  })
  expect(bare.body).not.toHaveProperty('customer')
  await caller.create('/prices', priceBody(planId, {}))
  expect(await caller.call('GET', `${path}?expand=customer,plan,line_items`)).toMatchObject({
    status: 200,
    body: {
      customer: { id: customerId },
      plan: { id: planId },
      line_items: [{ price_id: priceId }],
      plan_prices_out_of_sync: true,
    },
  })
  expect(await stranger.call('GET', path)).toMatchObject({ status: 404 })
  expect(problemsOf(await caller.call('GET', `${path}?expand=cake`))).toHaveProperty('expand')
})

test('querySubscription 200 with what was to be expanded', async () => {
  const { subscriptionId, customerId, planId } = added
  const search = {
    plan_id: planId,
    subscription_status: ['active'],
    expand: 'customer,plan',
    with_line_items: true,
  }
  expect(await caller.call('POST', '/subscriptions/search', search)).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          id: subscriptionId,
          customer: { id: customerId },
          plan: { id: planId },
          line_items: [{ quantity: '3' }],
        },
      ],
      pagination: { total: 1 },
    },
  })
  expect(
    await caller.call('POST', '/subscriptions/search', { subscription_status: ['paused'] }),
  ).toMatchObject({
    body: { items: [] },
  })
  expect(await stranger.call('POST', '/subscriptions/search', {})).toMatchObject({ body: { items: [] } })
})

test("getSubscriptionsForCustomer 200 with lines, their meters and entitlements; expand takes FlexPrice's names", async () => {
  const feature = await caller.create('/features', meteredFeatureBody())
  const plan = await caller.create('/plans', { name: 'Metered' })
  const entitled = {
    entity_type: 'PLAN',
    entity_id: plan.id,
    feature_id: feature.id,
    feature_type: 'metered',
  }
  await caller.create('/entitlements', { ...entitled, usage_limit: 5 })
  const price = await caller.create('/prices', priceBody(plan.id, usageOf(feature.meter_id)))
  const customer = await caller.create('/customers', { external_id: 'of-one-answer', name: 'Ada' })
  await subscribe(caller, { planId: plan.id, customerId: customer.id })
  const meter = { id: feature.meter_id, event_name: 'api_call', aggregation: { type: 'COUNT' } }
  const line = { price_id: price.id, meter_id: feature.meter_id, meter_display_name: 'calls', meter }
  const path = '/customers/external/of-one-answer/subscriptions'
  expect(await caller.call('GET', path)).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          line_items: [line],
          entitlements: [{ feature: { id: feature.id }, entitlement: { usage_limit: 5 } }],
        },
      ],
    },
  })
  const expand =
    'subscription_line_items,subscription_line_items.meters,prices,entitlements,plan,subscription'
  const found = await caller.call('POST', '/subscriptions/search', { customer_id: customer.id, expand })
  expect(found).toMatchObject({
    status: 200,
    body: {
      items: [
        {
          plan: { id: plan.id },
          line_items: [{ ...line, price: { id: price.id, meter_id: feature.meter_id } }],
          entitlements: [{ feature: { id: feature.id } }],
        },
      ],
    },
  })
  for (const noun of ['plans', 'prices', 'features', 'entitlements', 'invoices', 'customers', 'groups']) {
    expect(await caller.call('POST', `/${noun}/search`, { expand })).toMatchObject({ status: 200 })
  }
  const lines = { expand: 'prices,subscription_line_items.meters', price_ids: [price.id] }
  expect(await caller.call('POST', '/subscriptions/lineitems/search', lines)).toMatchObject({
    status: 200,
    body: { items: [{ meter, price: { id: price.id } }] },
  })
})

test('querySubscription 400 not_implemented for what we do not have yet', async () => {
  const body = {
    subscription_type: ['parent'],
    with_coupon_associations: true,
    invoicing_customer_ids: ['c'],
  }
  const answer = await caller.call('POST', '/subscriptions/search', body)
  expect(answer).toMatchObject({ status: 400, body: { code: 'not_implemented' } })
  expect(Object.keys(problemsOf(answer)).toSorted()).toEqual([
    'invoicing_customer_ids',
    'subscription_type[0]',
    'with_coupon_associations',
  ])
})

test('querySubscriptionLineItems 200 with the price where it is asked for', async () => {
  const { subscriptionId, priceId } = added
  const search = { subscription_ids: [subscriptionId], expand: 'price' }
  expect(await caller.call('POST', '/subscriptions/lineitems/search', search)).toMatchObject({
    status: 200,
    body: {
      items: [{ subscription_id: subscriptionId, price: { id: priceId, amount: '10.5' } }],
      pagination: { total: 1 },
    },
  })
  expect(await stranger.call('POST', '/subscriptions/lineitems/search', {})).toMatchObject({
    body: { items: [] },
  })
})
