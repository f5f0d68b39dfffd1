import { aggregationTypes, usageResets } from '@flexprice/domain/price'
import { priceBody } from '@flexprice/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Caller } from '../testing/caller-under-test.ts'
import { startGatewayWithCharges } from '../testing/charges-under-test.ts'
import type { GatewayUnderTest } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody, usageOf } from '../testing/metered-feature.ts'

const kinds = usageResets.flatMap((reset) => aggregationTypes.map((type) => ({ type, reset })))
const august = { start_time: '2026-08-01T00:00:00.000Z', end_time: '2026-09-01T00:00:00.000Z' }
const dayMs = 86_400_000

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGatewayWithCharges()
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

interface Metered {
  readonly type: (typeof aggregationTypes)[number]
  readonly reset: (typeof usageResets)[number]
  readonly featureId: string
  readonly meterId: string
  readonly priceId: string
  readonly eventName: string
  readonly aggregation: object
}

/** A subscription to a meter of every aggregation and reset, and the events of each: the same at the same instants. */
async function subscribe(name: string, start: string, events: readonly (readonly [string, unknown])[]) {
  const { id: plan } = await caller.create('/plans', { name })
  const metered: Metered[] = []
  for (const { type, reset } of kinds) {
    const eventName = `${name}-${type}-${reset}`
    const aggregation = {
      ...{ type, ...(type === 'COUNT' ? {} : { field: 'value' }) },
      ...(type === 'SUM_WITH_MULTIPLIER' ? { multiplier: '0.5' } : {}),
    }
    const meter = { event_name: eventName, aggregation, reset_usage: reset }
    const feature = await caller.create('/features', meteredFeatureBody({ name: eventName }, meter))
    const meterId = z.string().parse(feature.meter_id)
    const money = { amount: '1', start_date: '2020-01-01T00:00:00Z' }
    const price = await caller.create('/prices', priceBody(plan, usageOf(meterId, money)))
    metered.push({
      ...{ type, reset, eventName, aggregation, meterId },
      featureId: feature.id,
      priceId: price.id,
    })
  }
  await caller.create('/customers', { external_id: name, name })
  const subscription = await caller.create('/subscriptions', {
    ...{ external_customer_id: name, plan_id: plan, currency: 'usd', billing_period: 'MONTHLY' },
    start_date: start,
  })
  for (const { eventName } of metered) {
    const sent = events.map(([timestamp, value], index) => ({
      ...{ event_name: eventName, external_customer_id: name, timestamp },
      ...{ event_id: `${eventName}-${index}`, properties: { value } },
    }))
    expect(await caller.call('POST', '/events/bulk', { events: sent })).toMatchObject({
      status: 202,
      body: { rejected: '0' },
    })
  }
  return { name, plan, metered, subscriptionId: subscription.id }
}

const number = z.union([z.number(), z.string()]).transform(String)
const preview = z.object({ line_items: z.array(z.object({ price_id: z.string(), quantity: z.string() })) })
const charges = z.object({ charges: z.array(z.object({ meter_id: z.string(), quantity: number })) })
const report = z.object({ value: number })
const analytics = z.object({ items: z.array(z.object({ feature_id: z.string(), total_usage: z.string() })) })

describe('the same meter over the same window is the same figure', () => {
  let subscribed: Awaited<ReturnType<typeof subscribe>>
  beforeAll(async () => {
    subscribed = await subscribe('doors', '2026-07-01T00:00:00Z', [
      // Before the subscription, in its first period, and in August.
      ['2026-06-20T00:00:00Z', '1000'],
      ['2026-07-02T00:00:00Z', '8'],
      ['2026-07-20T12:00:00Z', JSON.rawJSON('5e-05')],
      ['2026-08-03T00:00:00Z', '-3'],
      ['2026-08-12T00:00:00Z', ' 0.30000000000000004 '],
      ['2026-08-12T06:00:00Z', 'many'],
      ['2026-08-13T00:00:00Z', '2.5E+0'],
      ['2026-08-25T00:00:00Z', '2.5E+0'],
      ['2026-09-02T00:00:00Z', '500'],
    ])
  })

  async function figures(times: { start_time: string; end_time: string }, { windows = false } = {}) {
    const { name: external_customer_id, subscriptionId: subscription_id, metered } = subscribed
    const ask = async (path: string, body: object) => {
      const answer = await caller.call('POST', path, body)
      expect(answer).toMatchObject({ status: 200 })
      return answer.body
    }
    const window = { period_start: times.start_time, period_end: times.end_time }
    const lines = preview.parse(await ask('/invoices/preview', { subscription_id, ...window })).line_items
    const used = charges.parse(await ask('/subscriptions/usage', { subscription_id, ...times })).charges
    const feature_ids = metered.map(({ featureId }) => featureId)
    const byFeature = { external_customer_id, feature_ids, ...times }
    const { items } = analytics.parse(await ask('/events/analytics', byFeature))
    const found = new Map<string, Record<string, string | undefined>>()
    for (const { type, reset, eventName, meterId, featureId, priceId } of metered) {
      const ofMeter = { external_customer_id, meter_id: meterId, ...times }
      const ofEvents = {
        ...{ external_customer_id, event_name: eventName, aggregation_type: type },
        ...times,
      }
      const named = {
        ...(type === 'COUNT' ? {} : { property_name: 'value' }),
        ...(type === 'SUM_WITH_MULTIPLIER' ? { multiplier: 0.5 } : {}),
      }
      // A request's own measure has no subscription: nothing of it runs on, and a weighted sum is of its own window.
      const hasStatistics = reset === 'BILLING_PERIOD' && (type !== 'WEIGHTED_SUM' || windows)
      found.set(`${type} ${reset}`, {
        preview: lines.find(({ price_id }) => price_id === priceId)?.quantity,
        subscription: used.find(({ meter_id }) => meter_id === meterId)?.quantity,
        meter: report.parse(await ask('/events/usage/meter', ofMeter)).value,
        analytics: items.find(({ feature_id }) => feature_id === featureId)?.total_usage,
        ...(hasStatistics
          ? { events: report.parse(await ask('/events/usage', { ...ofEvents, ...named })).value }
          : {}),
      })
    }
    return found
  }

  test.each([
    ['a whole period', august],
    ['a part of one', { start_time: '2026-08-10T00:00:00.000Z', end_time: '2026-08-20T00:00:00.000Z' }],
    ['the first period', { start_time: '2026-07-01T00:00:00.000Z', end_time: '2026-08-01T00:00:00.000Z' }],
  ])('through every door: %s', async (name, times) => {
    for (const [kind, doors] of await figures(times, { windows: name !== 'a part of one' })) {
      const shown = Object.values(doors).map((text) => Number(text).toPrecision(12))
      expect(new Set(shown).size, `${kind} ${JSON.stringify(doors)}`).toBe(1)
    }
  })

  test('and is what the rules say', async () => {
    const expected = {
      ...{ 'COUNT BILLING_PERIOD': '5', 'COUNT NEVER': '7' },
      ...{ 'SUM BILLING_PERIOD': '2.30000000000000004', 'SUM NEVER': '10.30005000000000004' },
      ...{ 'MAX BILLING_PERIOD': '2.5', 'MAX NEVER': '8' },
      ...{ 'LATEST BILLING_PERIOD': '2.5', 'LATEST NEVER': '2.5' },
      ...{ 'COUNT_UNIQUE BILLING_PERIOD': '4', 'COUNT_UNIQUE NEVER': '6' },
    }
    const found = await figures(august, { windows: true })
    for (const [kind, quantity] of Object.entries(expected)) {
      expect(found.get(kind)?.preview, kind).toBe(quantity)
    }
  })

  test('in windows of a report: each is what a report of it alone says, but for states, which go on', async () => {
    const cuts = ['2026-08-01', '2026-08-11', '2026-08-21', '2026-08-31']
    const isState = ({ type, reset }: Metered) =>
      reset !== 'NEVER' && (type === 'LATEST' || type === 'WEIGHTED_SUM')
    for (const { meterId, eventName } of subscribed.metered.filter((one) => !isState(one))) {
      const body = { external_customer_id: 'doors', meter_id: meterId, timezone: 'UTC' }
      const days = await caller.call('POST', '/events/usage/meter', {
        ...body,
        ...august,
        window_size: 'DAY',
      })
      const values = z
        .object({ results: z.array(z.object({ window_size: z.string(), value: number })) })
        .parse(days.body).results
      expect(values).toHaveLength(31)
      for (const day of cuts) {
        const start_time = `${day}T00:00:00.000Z`
        const end_time = new Date(Date.parse(start_time) + dayMs).toISOString()
        const alone = await caller.call('POST', '/events/usage/meter', { ...body, start_time, end_time })
        const { value } = report.parse(alone.body)
        expect(
          values.find(({ window_size }) => window_size === start_time)?.value,
          `${eventName} ${day}`,
        ).toBe(value)
      }
    }
  })

  test('and each says which values are no numbers', async () => {
    const one = subscribed.metered.find(({ type, reset }) => type === 'SUM' && reset === 'NEVER')
    const { meterId = '', featureId = '', priceId = '', eventName = '' } = one ?? {}
    const said = [{ code: 'not_numeric', count: 1, event_ids: [`${eventName}-5`] }]
    const of = { external_customer_id: 'doors', ...august }
    const subscription_id = subscribed.subscriptionId
    const meter = await caller.call('POST', '/events/usage/meter', { ...of, meter_id: meterId })
    expect(meter.body).toMatchObject({ not_numeric: 1, warnings: said })
    const ofEvents = { ...of, event_name: eventName, aggregation_type: 'SUM', property_name: 'value' }
    expect((await caller.call('POST', '/events/usage', ofEvents)).body).toMatchObject({ warnings: said })
    const byFeature = await caller.call('POST', '/events/analytics', { ...of, feature_ids: [featureId] })
    expect(byFeature.body).toMatchObject({ items: [{ warnings: said }] })
    const warned = z.looseObject({ meter_id: z.string().optional(), price_id: z.string().optional() })
    const used = await caller.call('POST', '/subscriptions/usage', { subscription_id, ...august })
    const { charges } = z.object({ charges: z.array(warned) }).parse(used.body)
    expect(charges.find(({ meter_id }) => meter_id === meterId)).toMatchObject({ warnings: said })
    const window = { period_start: august.start_time, period_end: august.end_time }
    const previewed = await caller.call('POST', '/invoices/preview', { subscription_id, ...window })
    const { line_items, warnings } = z
      .object({
        line_items: z.array(warned),
        warnings: z.array(z.looseObject({ count: z.int().optional() })),
      })
      .parse(previewed.body)
    expect(line_items.find(({ price_id }) => price_id === priceId)).toMatchObject({ warnings: said })
    expect(warnings.filter(({ count }) => count === 1).length).toBe(12)
  })
})

test('a customer’s usage of its allowances is what its meters’ reports say', async () => {
  const now = Date.now()
  const at = (daysAgo: number) => new Date(now - daysAgo * dayMs).toISOString()
  const events = [3, 2, 1.5, 1].map((daysAgo, index) => [at(daysAgo), `${index + 1}.5e0`] as const)
  const { name, plan, metered } = await subscribe('allowed', at(2.5), events)
  for (const { featureId } of metered) {
    await caller.create('/entitlements', {
      ...{ entity_type: 'PLAN', entity_id: plan, plan_id: plan, feature_id: featureId },
      ...{ feature_type: 'metered', is_enabled: true, usage_limit: 3 },
    })
  }
  const answer = await caller.call('GET', `/customers/usage?customer_lookup_key=${name}`)
  const summary = z.object({ feature: z.object({ id: z.string() }), current_usage: z.string() })
  const { features } = z.object({ features: z.array(summary) }).parse(answer.body)
  const times = { start_time: at(2.5), end_time: new Date(Date.now() + 1_000).toISOString() }
  for (const { type, reset, featureId, meterId } of metered) {
    const of = { external_customer_id: name, meter_id: meterId, ...times }
    const value = Number(report.parse((await caller.call('POST', '/events/usage/meter', of)).body).value)
    const used = Number(features.find(({ feature }) => feature.id === featureId)?.current_usage)
    // What weighs by time goes on until the instant of each question.
    expect(used / value, `${type} ${reset}: ${used}, ${value}`).toBeCloseTo(
      1,
      type === 'WEIGHTED_SUM' ? 2 : 12,
    )
  }
})
