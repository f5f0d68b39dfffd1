import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
let planId: string
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
  planId = (await caller.create('/plans', { name: 'Tokens' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

const august = { start_time: '2026-08-01T00:00:00.000Z', end_time: '2026-09-01T00:00:00.000Z' }

/** A meter of tokens with its prices, and a feature of it. */
async function metered(prices: readonly object[], meter: object = {}) {
  const body = meteredFeatureBody(
    { name: 'tokens' },
    { event_name: 'call', aggregation: { type: 'SUM', field: 'tokens' }, ...meter },
  )
  const feature = await caller.create('/features', body)
  const meterId = z.string().parse(feature.meter_id)
  for (const price of prices) {
    await caller.create(
      '/prices',
      priceBody(planId, usageOf(meterId, { start_date: '2020-01-01T00:00:00Z', ...price })),
    )
  }
  return { featureId: feature.id, meterId }
}

async function subscribe() {
  await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  return caller.create('/subscriptions', {
    ...{ external_customer_id: 'ada', plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
    start_date: august.start_time,
  })
}

async function send(events: readonly (readonly [string, object])[]) {
  const of = { event_name: 'call', external_customer_id: 'ada' }
  const body = { events: events.map(([timestamp, properties]) => ({ ...of, timestamp, properties })) }
  expect(await caller.call('POST', '/events/bulk', body)).toMatchObject({ body: { rejected: '0' } })
}
const sent = [
  ['2026-08-03T00:00:00Z', { tokens: 1_234, model: 'a' }],
  ['2026-08-04T00:00:00Z', { tokens: 1_000, model: 'a' }],
  ['2026-08-04T00:00:00Z', { tokens: 500, model: 'b' }],
  ['2026-08-20T00:00:00Z', { tokens: 3 }],
] as const

const response = z.looseObject({
  items: z.array(
    z.looseObject({
      grouped_by: z.record(z.string(), z.string().nullable()).optional(),
      exact_cost: z.string().optional(),
      cost_unavailable: z.object({ code: z.string(), message: z.string() }).optional(),
    }),
  ),
})
async function analyze(body: object = { group_by: ['properties.model'] }) {
  const answer = await caller.call('POST', '/events/analytics', {
    external_customer_id: 'ada',
    ...august,
    ...body,
  })
  expect(answer).toMatchObject({ status: 200 })
  return response.parse(answer.body)
}
const codes = (items: z.output<typeof response>['items']) =>
  items.map(({ cost_unavailable }) => cost_unavailable?.code)

test('2,234 + 500 + 3 tokens at 0.002 cost 4.468 + 1 + 0.006, and the bill rounds their sum to 5.47', async () => {
  await metered([{ amount: '0.002' }])
  const { id } = await subscribe()
  await send(sent)
  const { items, ...totals } = await analyze()
  expect(items).toMatchObject([
    { grouped_by: { 'properties.model': 'a' }, total_usage: '2234', exact_cost: '4.468', currency: 'usd' },
    { grouped_by: { 'properties.model': 'b' }, total_usage: '500', exact_cost: '1' },
    { grouped_by: { 'properties.model': null }, total_usage: '3', exact_cost: '0.006' },
  ])
  expect(items[0]).not.toHaveProperty('total_cost')
  expect(totals).toMatchObject({ total_cost: '5.47', has_more: false })
  const window = { period_start: august.start_time, period_end: august.end_time }
  const preview = await caller.call('POST', '/invoices/preview', { subscription_id: id, ...window })
  expect(preview.body).toMatchObject({ line_items: [{ amount: '5.47' }] })
})

test('prices by model: each group costs by the lines that count it, and nothing where none does', async () => {
  await metered([
    { amount: '0.01', filter_values: { model: ['a'] } },
    { amount: '0.001', filter_values: { model: ['b', 'c'] } },
  ])
  await subscribe()
  await send(sent)
  const { items, ...totals } = await analyze()
  // 2,234 × 0.01, 500 × 0.001.
  expect(items.map(({ exact_cost }) => exact_cost)).toEqual(['22.34', '0.5', '0'])
  expect(totals).toMatchObject({ total_cost: '22.84' })
})

test.each([
  [
    'tiers',
    {
      billing_model: 'TIERED',
      tier_mode: 'SLAB',
      amount: undefined,
      tiers: [{ up_to: 10, unit_amount: '1' }, { unit_amount: '0.5' }],
    },
    {},
  ],
  [
    'package',
    { billing_model: 'PACKAGE', amount: '1', transform_quantity: { divide_by: 10, round: 'up' } },
    {},
  ],
  ['no_sum', { amount: '1' }, { aggregation: { type: 'MAX', field: 'tokens' } }],
  ['no_sum', { amount: '1' }, { reset_usage: 'NEVER' }],
])('what cannot be told of a group is said: %s', async (code, price, meter) => {
  await metered([price], meter)
  await subscribe()
  await send(sent)
  const { items, ...totals } = await analyze()
  expect(codes(items)).toEqual([code, code, code])
  for (const item of items) expect(item).not.toHaveProperty('exact_cost')
  expect(totals).toHaveProperty('total_cost')
})

test('what an allowance or a filter makes of it is said, too, and that there is no subscription', async () => {
  const { featureId } = await metered([{ amount: '1' }])
  await caller.create('/entitlements', {
    ...{ entity_type: 'PLAN', entity_id: planId, plan_id: planId, feature_id: featureId },
    ...{ feature_type: 'metered', is_enabled: true, usage_limit: 3 },
  })
  await subscribe()
  await send(sent)
  expect(codes((await analyze()).items)).toEqual(['allowance', 'allowance', 'allowance'])
  const filtered = await analyze({ group_by: ['properties.model'], property_filters: { model: ['a'] } })
  expect(filtered).toMatchObject({ cost_unavailable: { code: 'filtered' } })
  expect(codes(filtered.items)).toEqual(['filtered'])
  await caller.create('/customers', { external_id: 'eve', name: 'Eve' })
  const none = await analyze({ external_customer_id: 'eve', feature_ids: [featureId] })
  expect(none).toMatchObject({ items: [{ total_usage: '0' }], cost_unavailable: { code: 'no_subscription' } })
})
