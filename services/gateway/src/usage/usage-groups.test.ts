import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGateway()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
  await caller.create('/customers', { external_id: 'ada', name: 'Ada' })
  await caller.create('/customers', { external_id: 'bob', name: 'Bob' })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const march = { start_time: '2026-03-01T00:00:00Z', end_time: '2026-04-01T00:00:00Z' }
const sum = { event_name: 'call', aggregation_type: 'SUM', property_name: 'tokens', ...march }
const byModel = { ...sum, group_by: ['properties.model'] }

async function ingest(customer: string, events: readonly object[]): Promise<void> {
  const of = { event_name: 'call', external_customer_id: customer, timestamp: '2026-03-10T12:00:00Z' }
  for (let from = 0; from < events.length; from += 1_000) {
    const body = { events: events.slice(from, from + 1_000).map((properties) => ({ ...of, properties })) }
    expect(await caller.call('POST', '/events/bulk', body)).toMatchObject({ body: { rejected: '0' } })
  }
}

const grouped = z.object({
  value: z.number(),
  groups: z.array(
    z.looseObject({
      grouped_by: z.record(z.string(), z.string().nullable()),
      value: z.number(),
      event_count: z.int(),
      results: z.array(z.object({ window_size: z.string(), value: z.number() })),
    }),
  ),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
})
async function usage(body: object, path = '/events/usage') {
  const answer = await caller.call('POST', path, body)
  expect(answer).toMatchObject({ status: 200 })
  return grouped.parse(answer.body)
}

describe('/events/usage by groups', () => {
  test('200 of a customer by a property: an event that lacks it is in a group of its own, beside the whole', async () => {
    await ingest('ada', [{ tokens: 10, model: 'a' }, { tokens: 5, model: 'b' }, { tokens: 1 }])
    await ingest('ada', [{ tokens: 'many', model: 'a' }, { model: '' }, { tokens: 2, model: null }])
    await ingest('bob', [{ tokens: 1_000, model: 'a' }])
    const { value, groups, has_more } = await usage({ ...byModel, external_customer_id: 'ada' })
    // 10 + 5 + 1 + 2: null is absent, and an empty text is a value.
    expect(value).toBe(18)
    expect(has_more).toBe(false)
    expect(groups).toMatchObject([
      { grouped_by: { 'properties.model': '' }, value: 0, event_count: 1, missing: 1 },
      { grouped_by: { 'properties.model': 'a' }, value: 10, event_count: 2, not_numeric: 1 },
      { grouped_by: { 'properties.model': 'b' }, value: 5, event_count: 1 },
      { grouped_by: { 'properties.model': null }, value: 3, event_count: 2 },
    ])
    expect(groups[1]).toMatchObject({ warnings: [{ code: 'not_numeric', count: 1 }] })
  })

  test('200 of every customer, together or each apart, in every aggregation', async () => {
    await ingest('ada', [
      { tokens: 10, model: 'a' },
      { tokens: 4, model: 'b' },
    ])
    await ingest('bob', [
      { tokens: 30, model: 'a' },
      { tokens: 4, model: 'a' },
    ])
    // Whose customer is not there yet, too.
    await ingest('null', [{ tokens: 1, model: 'b' }])
    const values = async (body: object) =>
      (await usage({ ...byModel, ...body })).groups.map(({ value }) => value)
    expect(await values({})).toEqual([44, 5])
    expect(await values({ aggregation_type: 'MAX' })).toEqual([30, 4])
    expect(await values({ aggregation_type: 'COUNT_UNIQUE' })).toEqual([3, 2])
    expect(await values({ aggregation_type: 'COUNT', property_name: '' })).toEqual([3, 2])
    const { groups, value } = await usage({ ...sum, group_by: ['external_customer_id'] })
    expect(value).toBe(49)
    expect(groups).toMatchObject([
      { grouped_by: { external_customer_id: 'ada' }, value: 14 },
      { grouped_by: { external_customer_id: 'bob' }, value: 34 },
      { grouped_by: { external_customer_id: 'null' }, value: 1 },
    ])
    caller = await gateway.newCaller()
    expect(await usage({ ...sum, group_by: ['external_customer_id'] })).toMatchObject({
      value: 0,
      groups: [],
    })
  })

  test('200 in windows and by filters', async () => {
    await ingest('ada', [
      { tokens: 10, model: 'a', region: 'eu' },
      { tokens: 4, model: 'b', region: 'us' },
    ])
    const { groups } = await usage({ ...byModel, window_size: 'MONTH', filters: { region: ['eu'] } })
    expect(groups).toMatchObject([
      {
        grouped_by: { 'properties.model': 'a' },
        results: [{ window_size: '2026-03-01T00:00:00.000Z', value: 10 }],
      },
    ])
  })

  test('200 by names and values of any characters', async () => {
    const name = `o'dd "na.me" \\ \u{1F600} %s $1`
    const values = ['"b"', "it's", '\\', 'ä,b', '[null]', '\u{1F600}', 'x'.repeat(5_000)]
    await ingest(
      'ada',
      values.map((value) => ({ tokens: 1, [name]: value })),
    )
    const key = `properties.${name}`
    const found: (string | null | undefined)[] = []
    let cursor: string | undefined
    do {
      const page = await usage({ ...sum, group_by: [key], limit: 2, ...(cursor && { cursor }) })
      expect(page.value).toBe(7)
      expect(page.groups.length).toBeLessThanOrEqual(2)
      found.push(...page.groups.map(({ grouped_by }) => grouped_by[key]))
      cursor = page.next_cursor
    } while (cursor)
    expect(found.toSorted()).toEqual(values.toSorted())
  })

  test('200 in pages for more groups than one answer has; 400 that says so without', async () => {
    await ingest(
      'ada',
      Array.from({ length: 1_100 }, (_, index) => ({ tokens: 1, request: `r${index}` })),
    )
    const body = { ...sum, external_customer_id: 'ada', group_by: ['properties.request'] }
    const refused = await caller.call('POST', '/events/usage', body)
    expect(refused.status).toBe(400)
    expect(problemsOf(refused)).toEqual({ group_by: expect.stringContaining('1000 groups') })
    const first = await usage({ ...body, limit: 1_000 })
    expect(first).toMatchObject({ value: 1_100, has_more: true })
    const rest = await usage({ ...body, limit: 1_000, cursor: first.next_cursor })
    expect(rest).toMatchObject({ value: 1_100, has_more: false })
    const names = [...first.groups, ...rest.groups].map(({ grouped_by }) => grouped_by['properties.request'])
    expect(new Set(names).size).toBe(1_100)
    const other = { ...body, group_by: ['source'], cursor: first.next_cursor }
    expect(problemsOf(await caller.call('POST', '/events/usage', other))).toHaveProperty('cursor')
    const days = { ...body, limit: 1_000, window_size: 'HOUR' }
    expect(problemsOf(await caller.call('POST', '/events/usage', days))).toEqual({
      group_by: expect.stringContaining('windows'),
    })
  })

  const properties = Array.from({ length: 40 }, (_, index) => `properties.p${index}`)
  test.each([
    ['40 properties', { group_by: properties }, 'group_by'],
    ['an empty property', { group_by: ['source', 'properties.'] }, 'group_by[1]'],
    ['an empty name', { group_by: [''] }, 'group_by[0]'],
    ['a name that is none', { group_by: ['model'] }, 'group_by[0]'],
    ['no customer and no group', { group_by: [] }, 'customer_id'],
    ['an empty customer', { group_by: ['source'], external_customer_id: '' }, 'external_customer_id'],
    ['a page of no groups', { group_by: [], external_customer_id: 'ada', limit: 5 }, 'limit'],
    ['a page of none', { group_by: ['source'], limit: 0 }, 'limit'],
  ])('400 that names the field for %s', async (_name, changes, path) => {
    const answer = await caller.call('POST', '/events/usage', { ...sum, ...changes })
    expect(answer.status).toBe(400)
    expect(Object.keys(problemsOf(answer))).toEqual([path])
  })

  test('404 for another tenant’s customer', async () => {
    const foreign = await gateway.newCaller()
    const body = { ...byModel, external_customer_id: 'ada' }
    expect((await foreign.call('POST', '/events/usage', body)).status).toBe(404)
  })
})

describe('/events/analytics of every customer', () => {
  const feature = (name: string, aggregation: object, reset_usage = 'BILLING_PERIOD') =>
    caller.create('/features', meteredFeatureBody({ name }, { event_name: 'call', aggregation, reset_usage }))

  test('200 by model for what adds up, in pages; what does not is told', async () => {
    await ingest('ada', [
      { tokens: 10, model: 'a' },
      { tokens: 4, model: 'b' },
    ])
    await ingest('bob', [{ tokens: 30, model: 'a' }, { tokens: 1 }])
    const tokens = await feature('tokens', { type: 'SUM', field: 'tokens' })
    const calls = await feature('calls', { type: 'COUNT' })
    const seats = await feature('seats', { type: 'LATEST', field: 'tokens' }, 'NEVER')
    const body = { ...march, group_by: ['feature_id', 'properties.model'] }
    const answer = await caller.call('POST', '/events/analytics', body)
    const of = (id: string, model: string | null, total_usage: string) => ({
      feature_id: id,
      ...{ grouped_by: { 'properties.model': model }, total_usage },
      cost_unavailable: { code: 'every_customer' },
    })
    expect(answer).toMatchObject({
      status: 200,
      body: {
        items: [
          ...[of(tokens.id, 'a', '40'), of(tokens.id, 'b', '4'), of(tokens.id, null, '1')],
          ...[of(calls.id, 'a', '2'), of(calls.id, 'b', '1'), of(calls.id, null, '1')],
        ],
        ...{ has_more: false, cost_unavailable: { code: 'every_customer' } },
        skipped_features: [{ feature_id: seats.id, reason: 'no_sum' }],
      },
    })
    const page = { ...body, feature_ids: [tokens.id], limit: 2 }
    const first = await caller.call('POST', '/events/analytics', page)
    expect(first.body).toMatchObject({ items: [{ total_usage: '40' }, { total_usage: '4' }], has_more: true })
    const { next_cursor: cursor } = z.object({ next_cursor: z.string() }).parse(first.body)
    expect((await caller.call('POST', '/events/analytics', { ...page, cursor })).body).toMatchObject({
      items: [{ total_usage: '1' }],
      has_more: false,
    })
    const ungrouped = await caller.call('POST', '/events/analytics', march)
    expect(problemsOf(ungrouped)).toEqual({ external_customer_id: expect.stringContaining('group_by') })
  })

  test('200 by customer', async () => {
    await ingest('ada', [{ tokens: 10 }])
    await ingest('bob', [{ tokens: 30 }])
    const tokens = await feature('tokens', { type: 'SUM', field: 'tokens' })
    const body = { ...march, feature_ids: [tokens.id], group_by: ['external_customer_id'] }
    expect((await caller.call('POST', '/events/analytics', body)).body).toMatchObject({
      items: [
        { external_customer_id: 'ada', total_usage: '10' },
        { external_customer_id: 'bob', total_usage: '30' },
      ],
    })
  })
})
