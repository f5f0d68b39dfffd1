import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { calculate } from '../testing/calculate.ts'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const august = { start_time: '2026-08-01T00:00:00.000Z', end_time: '2026-09-01T00:00:00.000Z' }

/** A sum of a property, and the events that a customer sent. */
async function summed(name: string, field: string, events: readonly object[]) {
  const { id: plan_id } = await caller.create('/plans', { name })
  const meter = { event_name: name, aggregation: { type: 'SUM', field } }
  const feature = await caller.create('/features', meteredFeatureBody({ name }, meter))
  const money = { amount: '1', start_date: '2020-01-01T00:00:00Z' }
  await caller.create('/prices', priceBody(plan_id, usageOf(feature.meter_id, money)))
  await caller.create('/customers', { external_id: name, name })
  const terms = { currency: 'usd', billing_period: 'MONTHLY', start_date: '2026-08-01T00:00:00Z' }
  const { id } = await caller.create('/subscriptions', { external_customer_id: name, plan_id, ...terms })
  const sent = events.map((properties, index) => ({
    ...{ event_name: name, external_customer_id: name, event_id: `${name}-${index}`, properties },
    timestamp: '2026-08-05T00:00:00Z',
  }))
  expect((await caller.call('POST', '/events/bulk', { events: sent })).status).toBe(202)
  return { subscription_id: id, meter_id: feature.meter_id, feature_ids: [feature.id] }
}

test('a meter’s field that no event has is warned of at every door that shows its usage', async () => {
  const tokens = [{ tokens: 5 }, { tokens: 6 }, { tokens: 'seven' }]
  const { subscription_id, meter_id, feature_ids } = await summed('mistyped', 'tokenz', tokens)
  const message = '3 events, none of them with the property "tokenz": counted as absent.'
  const said = { warnings: [{ code: 'property_missing', count: 3, message }] }
  const of = { external_customer_id: 'mistyped', ...august }
  const counted = { missing: 3, not_numeric: 0, ...said }
  expect(await caller.call('POST', '/events/usage/meter', { ...of, meter_id })).toMatchObject({
    body: { value: 0, event_count: 3, ...counted },
  })
  const measure = { event_name: 'mistyped', aggregation_type: 'SUM', property_name: 'tokenz' }
  expect((await caller.call('POST', '/events/usage', { ...of, ...measure })).body).toMatchObject(counted)
  expect(await caller.call('POST', '/events/analytics', { ...of, feature_ids })).toMatchObject({
    body: { items: [counted] },
  })
  expect(await caller.call('POST', '/subscriptions/usage', { subscription_id, ...august })).toMatchObject({
    body: { charges: [counted] },
  })
  const explained = { explanation: { usage: { field: 'tokenz', missing: 3, event_count: 3 } } }
  expect(await caller.call('POST', '/invoices/preview', { subscription_id })).toMatchObject({
    body: { line_items: [said], ...said },
  })
  expect(await calculate(caller, { subscription_ids: [subscription_id] })).toMatchObject([
    { lines: [{ ...said, ...explained }], ...said },
  ])
})

test('some events without it are counted, and no reason to warn', async () => {
  const { subscription_id, meter_id } = await summed('some', 'tokens', [{ tokens: 5 }, {}, { tokens: null }])
  const of = { external_customer_id: 'some', meter_id, ...august }
  const { body } = await caller.call('POST', '/events/usage/meter', of)
  expect(body).toMatchObject({ value: 5, event_count: 3, missing: 2, not_numeric: 0 })
  expect(body).not.toHaveProperty('warnings')
  expect(await calculate(caller, { subscription_ids: [subscription_id] })).toMatchObject([
    { lines: [{ explanation: { usage: { missing: 2 } }, warnings: [] }] },
  ])
})
