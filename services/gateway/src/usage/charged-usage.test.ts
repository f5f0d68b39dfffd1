import { readNow } from '@flexprice/database/connection'
import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { addSubscription } from '../testing/add-subscription.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
let subscriptionId: string
let customerId: string
let externalId: string
let featureId: string
beforeAll(async () => {
  gateway = await startGateway()
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** A subscription whose calls cost 0.5 each, the first three of each period free, with five calls in it. */
beforeEach(async () => {
  caller = await gateway.newCaller()
  const added = await addSubscription(caller)
  subscriptionId = added.subscriptionId
  customerId = added.customerId
  const customer = await caller.call('GET', `/customers/${customerId}`)
  externalId = z.object({ external_id: z.string() }).parse(customer.body).external_id
  const feature = await caller.create(
    '/features',
    meteredFeatureBody({ lookup_key: 'calls' }, { event_name: 'call' }),
  )
  featureId = feature.id
  const price = await caller.create(
    '/prices',
    priceBody(added.planId, usageOf(feature.meter_id, { amount: '0.5' })),
  )
  const entitlement = {
    plan_id: added.planId,
    feature_id: feature.id,
    feature_type: 'metered',
    usage_limit: 3,
  }
  await caller.create('/entitlements', entitlement)
  const now = await readNow(caller.scoped)
  expect(
    await caller.call('POST', `/subscriptions/${subscriptionId}/lineitems`, { price_id: price.id }),
  ).toMatchObject({ status: 201 })
  const at = (index: number) => new Date(now.getTime() + 1_000 * index).toISOString()
  const event = { event_name: 'call', external_customer_id: externalId }
  const events = Array.from({ length: 5 }, (_, index) => ({ ...event, timestamp: at(index + 1) }))
  expect(await caller.call('POST', '/events/bulk', { events })).toMatchObject({
    status: 202,
    body: { rejected: '0' },
  })
})

test('200 with what a subscription’s usage charges, beyond what is free', async () => {
  const answer = await caller.call('POST', '/subscriptions/usage', { subscription_id: subscriptionId })
  expect(answer).toMatchObject({
    status: 200,
    body: {
      amount: 1,
      currency: 'usd',
      has_overage: false,
      charges: [
        { amount: 1, quantity: 5, billed_quantity: 2, meter_display_name: 'calls', price: { amount: '0.5' } },
      ],
    },
  })
})

test('200 with the usage of one part of the time, charged alone', async () => {
  const { body } = await caller.call('POST', '/subscriptions/usage', { subscription_id: subscriptionId })
  const { start_time } = z.object({ start_time: z.iso.datetime() }).parse(body)
  const end_time = new Date(Date.parse(start_time) + 5 * 86_400_000).toISOString()
  const request = { subscription_id: subscriptionId, start_time, end_time }
  expect(await caller.call('POST', '/subscriptions/usage', request)).toMatchObject({
    status: 200,
    body: { amount: 1, start_time, end_time },
  })
  const before = { ...request, start_time: end_time, end_time: start_time }
  expect((await caller.call('POST', '/subscriptions/usage', before)).status).toBe(400)
})

test('200 with the used part of a customer’s allowance', async () => {
  // The calls lie seconds ahead of the clock: they are there once it has come to them.
  await caller.scoped.db
    .updateTable('events')
    .set({ timestamp: await readNow(caller.scoped) })
    .execute()
  for (const query of [
    `customer_id=${customerId}`,
    `customer_lookup_key=${externalId}&feature_lookup_keys=calls`,
  ]) {
    expect(await caller.call('GET', `/customers/usage?${query}`)).toMatchObject({
      status: 200,
      body: {
        customer_id: customerId,
        features: [
          {
            feature: { id: featureId },
            ...{
              current_usage: '5',
              total_limit: 3,
              usage_percent: '166.67',
              is_unlimited: false,
              is_enabled: true,
            },
            sources: [{ subscription_id: subscriptionId }],
          },
        ],
      },
    })
  }
  const none = await caller.call(
    'GET',
    `/customers/usage?customer_id=${customerId}&feature_lookup_keys=other`,
  )
  expect(none).toMatchObject({ status: 200, body: { features: [] } })
  expect((await caller.call('GET', '/customers/usage')).status).toBe(400)
  expect((await caller.call('GET', '/customers/usage?customer_id=')).status).toBe(400)
})

test('200 with usage and cost by feature, in windows', async () => {
  const end_time = new Date((await readNow(caller.scoped)).getTime() + 60_000).toISOString()
  const request = { external_customer_id: externalId, window_size: 'MONTH', end_time }
  const answer = await caller.call('POST', '/events/analytics', request)
  expect(answer).toMatchObject({
    status: 200,
    body: {
      ...{ currency: 'usd', total_cost: '1' },
      items: [{ feature_id: featureId, total_usage: '5', event_count: 5, total_cost: '1', currency: 'usd' }],
    },
  })
  const points = z.object({ items: z.array(z.object({ points: z.array(z.object({ usage: z.string() })) })) })
  const [item] = points.parse(answer.body).items
  expect(item?.points.reduce((sum, { usage }) => sum + Number(usage), 0)).toBe(5)
  expect((await caller.call('POST', '/events/analytics', {})).status).toBe(400)
  const unknown = { ...request, feature_ids: ['feat_none'] }
  expect((await caller.call('POST', '/events/analytics', unknown)).status).toBe(400)
})

test('404 for the usage of another tenant’s subscription or customer', async () => {
  const foreign = await gateway.newCaller()
  const usage = { subscription_id: subscriptionId }
  expect((await foreign.call('POST', '/subscriptions/usage', usage)).status).toBe(404)
  expect((await foreign.call('GET', `/customers/usage?customer_id=${customerId}`)).status).toBe(404)
  expect((await foreign.call('POST', '/events/analytics', { external_customer_id: externalId })).status).toBe(
    404,
  )
})
