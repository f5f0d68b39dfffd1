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
let subscriptionId: string
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
  planId = (await caller.create('/plans', { name: 'States' })).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

const august = { start_time: '2026-08-01T00:00:00.000Z', end_time: '2026-09-01T00:00:00.000Z' }

async function metered(name: string, meter: object, price: object) {
  const feature = await caller.create(
    '/features',
    meteredFeatureBody({ name }, { event_name: name, ...meter }),
  )
  const money = { start_date: '2020-01-01T00:00:00Z', ...price }
  await caller.create('/prices', priceBody(planId, usageOf(feature.meter_id, money)))
}

/** Of August, and what was sent at midnight, or at another hour, of its days. */
async function use(events: readonly (readonly [string, string, object])[]) {
  await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  const subscription = await caller.create('/subscriptions', {
    ...{ external_customer_id: 'ada', plan_id: planId, currency: 'usd', billing_period: 'MONTHLY' },
    start_date: august.start_time,
  })
  subscriptionId = subscription.id
  const sent = events.map(([event_name, timestamp, properties]) => ({
    ...{ event_name, external_customer_id: 'ada', timestamp, properties },
  }))
  expect(await caller.call('POST', '/events/bulk', { events: sent })).toMatchObject({
    body: { rejected: '0' },
  })
}

const response = z.looseObject({
  items: z.array(
    z.looseObject({
      name: z.string(),
      total_usage: z.string(),
      points: z.array(z.object({ usage: z.string() })),
    }),
  ),
})
async function analyze(times: object = august) {
  const body = { external_customer_id: 'ada', window_size: 'DAY', ...times }
  const answer = await caller.call('POST', '/events/analytics', body)
  expect(answer).toMatchObject({ status: 200 })
  const { items, ...totals } = response.parse(answer.body)
  return {
    ...totals,
    items: items.map(({ points, ...item }) => ({ ...item, days: points.map(({ usage }) => usage) })),
  }
}

test('storage of 250 from 12 August on is 250 × 20 ÷ 31 = 161.29 in analytics and on the invoice, and 250 ÷ 31 each day', async () => {
  await metered('storage', { aggregation: { type: 'WEIGHTED_SUM', field: 'gb' } }, { amount: '1' })
  await use([['storage', '2026-08-12T00:00:00Z', { gb: 250 }]])
  const { items, ...totals } = await analyze()
  expect(totals).toMatchObject({ total_cost: '161.29', currency: 'usd' })
  expect(items).toMatchObject([{ total_usage: '161.29032258064516129', total_cost: '161.29' }])
  expect(items[0]?.days).toEqual([...Array(11).fill('0'), ...Array(20).fill('8.064516129032258065')])
  const window = { period_start: august.start_time, period_end: august.end_time }
  const preview = await caller.call('POST', '/invoices/preview', {
    subscription_id: subscriptionId,
    ...window,
  })
  expect(preview.body).toMatchObject({
    line_items: [{ amount: '161.29', quantity: '161.29032258064516129' }],
  })
  // Two days of it, 250 × 2 ÷ 31, are no bill's cost: what was there before they began is not looked at.
  const part = await analyze({ start_time: '2026-08-12T00:00:00Z', end_time: '2026-08-14T00:00:00Z' })
  expect(part).toMatchObject({ standalone_cost: '16.13', cost_unavailable: { code: 'part_of_period' } })
  expect(part).not.toHaveProperty('total_cost')
  expect(part.items[0]).not.toHaveProperty('total_cost')
  expect(part).toMatchObject({ items: [{ total_usage: '16.129032258064516129', standalone_cost: '16.13' }] })
})

test('seats by day are those of the day: 5 from the 2nd, 8 from the 5th on; what is reset is so at the period’s end', async () => {
  const last = { type: 'LATEST', field: 'n' }
  await metered('seats', { aggregation: last, reset_usage: 'NEVER' }, { amount: '10' })
  await metered('reset', { aggregation: last, reset_usage: 'BILLING_PERIOD' }, { amount: '10' })
  await use(
    ['seats', 'reset'].flatMap((name) => [
      [name, '2026-08-02T12:00:00Z', { n: 5 }],
      // No number: the last value stays.
      [name, '2026-08-03T12:00:00Z', { n: 'many' }],
      [name, '2026-08-05T12:00:00Z', { n: 8 }],
    ]),
  )
  const days = ['0', '5', '5', '5', ...Array(27).fill('8')]
  const { items } = await analyze({ ...august, end_time: '2026-09-03T00:00:00Z' })
  const daysOf = (name: string) => items.find((item) => item.name === name)?.days
  expect(daysOf('seats')).toEqual([...days, '8', '8'])
  expect(daysOf('reset')).toEqual([...days, '0', '0'])
  const measured = { event_name: 'seats', aggregation_type: 'LATEST', property_name: 'n', window_size: 'DAY' }
  const answer = await caller.call('POST', '/events/usage', {
    external_customer_id: 'ada',
    ...measured,
    ...august,
  })
  const { results } = z.object({ results: z.array(z.object({ value: z.number() })) }).parse(answer.body)
  expect(results.map(({ value }) => String(value))).toEqual(days)
})

test('tiers of a part of the period are no part of the bill: 6 calls cost 10 × 6, of 15 they are the dear ones', async () => {
  const tiers = [{ up_to: 10, unit_amount: '10' }, { unit_amount: '1' }]
  const price = { billing_model: 'TIERED', tier_mode: 'SLAB', amount: undefined, tiers }
  await metered('call', {}, price)
  const day = (date: number, count: number) =>
    Array.from({ length: count }, () => ['call', `2026-08-${date}T12:00:00Z`, {}] as const)
  await use([...day(10, 9), ...day(20, 6)])
  // 10 × 10 + 5 × 1.
  expect(await analyze()).toMatchObject({ total_cost: '105' })
  // The time before counts nothing: all that the line has in its period is there.
  expect(await analyze({ ...august, start_time: '2026-07-01T00:00:00Z' })).toMatchObject({
    total_cost: '105',
  })
  const part = await analyze({ ...august, start_time: '2026-08-15T00:00:00Z' })
  expect(part).toMatchObject({
    ...{ standalone_cost: '60', cost_unavailable: { code: 'part_of_period' } },
    items: [{ total_usage: '6', standalone_cost: '60', cost_unavailable: { code: 'part_of_period' } }],
  })
})

test('a unit that costs the same whenever it is used makes parts of a period whose costs add up to the bill', async () => {
  await metered('call', {}, { amount: '0.5' })
  await use([
    ['call', '2026-08-10T12:00:00Z', {}],
    ['call', '2026-08-20T12:00:00Z', {}],
  ])
  const costs = [
    await analyze(),
    await analyze({ ...august, end_time: '2026-08-15T00:00:00Z' }),
    await analyze({ ...august, start_time: '2026-08-15T00:00:00Z' }),
  ]
  expect(costs).toMatchObject([{ total_cost: '1' }, { total_cost: '0.5' }, { total_cost: '0.5' }])
})
