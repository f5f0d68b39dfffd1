import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'
import { meteredFeatureBody } from '../testing/metered-feature.ts'

let gateway: GatewayUnderTest
let caller: Caller
let customerId: string
beforeAll(async () => {
  gateway = await startGateway()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
  const customer = { external_id: 'ada', name: 'Ada', timezone: 'Europe/Berlin' }
  customerId = (await caller.create('/customers', customer)).id
})
afterAll(() => gateway[Symbol.asyncDispose]())

/** Around the night of 29 March 2026, when Berlin's clocks go forward. */
const calls = [
  { timestamp: '2026-03-28T22:30:00Z', properties: { tokens: '10', region: 'eu' } },
  { timestamp: '2026-03-28T23:30:00Z', properties: { tokens: '2.5', region: 'us' } },
  { timestamp: '2026-03-29T20:30:00Z', properties: { tokens: 'many', region: 'eu' } },
  { timestamp: '2026-03-29T22:30:00Z', properties: { tokens: '0.1', region: 'eu' } },
]
const times = { start_time: '2026-03-28T00:00:00+01:00', end_time: '2026-03-31T00:00:00+02:00' }
const sum = { event_name: 'call', aggregation_type: 'SUM', property_name: 'tokens' }

async function ingest(events: readonly object[], customer = 'ada'): Promise<void> {
  const body = {
    events: events.map((event) => ({ event_name: 'call', external_customer_id: customer, ...event })),
  }
  expect(await caller.call('POST', '/events/bulk', body)).toMatchObject({
    status: 202,
    body: { rejected: '0' },
  })
}

test('200 with the sum of a customer in days of its time zone, and what was no number', async () => {
  await ingest(calls)
  await ingest(calls, 'bob')
  const body = { ...sum, ...times, external_customer_id: 'ada', window_size: 'DAY' }
  expect(await caller.call('POST', '/events/usage', body)).toMatchObject({
    status: 200,
    body: {
      event_name: 'call',
      type: 'SUM',
      value: 12.6,
      event_count: 4,
      not_numeric: 1,
      results: [
        { window_size: '2026-03-27T23:00:00.000Z', value: 10 },
        { window_size: '2026-03-28T23:00:00.000Z', value: 2.5 },
        { window_size: '2026-03-29T22:00:00.000Z', value: 0.1 },
      ],
    },
  })
  const utc = await caller.call('POST', '/events/usage', { ...body, timezone: 'UTC' })
  expect(utc).toMatchObject({
    body: { value: 12.6, results: [{ value: 0 }, { value: 12.5 }, { value: 0.1 }, { value: 0 }] },
  })
})

test('200 for filters, months from an anchor, and buckets that are summed', async () => {
  await ingest(calls)
  const body = { ...sum, ...times, external_customer_id: 'ada' }
  const filtered = { ...body, filters: { region: ['us', 'ap'] } }
  expect(await caller.call('POST', '/events/usage', filtered)).toMatchObject({
    body: { value: 2.5, results: [] },
  })
  const months = { ...body, window_size: 'MONTH', billing_anchor: '2026-01-29T00:00:00+01:00' }
  expect(await caller.call('POST', '/events/usage', months)).toMatchObject({
    body: { results: [{ value: 10 }, { window_size: '2026-03-28T23:00:00.000Z', value: 2.6 }] },
  })
  const peaks = { ...body, aggregation_type: 'MAX', bucket_size: 'DAY' }
  expect(await caller.call('POST', '/events/usage', peaks)).toMatchObject({
    body: { type: 'MAX', value: 12.6 },
  })
  const peaksByRegion = { ...peaks, bucket_size: 'WEEK', group_by_property: 'region' }
  expect(await caller.call('POST', '/events/usage', peaksByRegion)).toMatchObject({ body: { value: 12.6 } })
})

test('200 for a meter, by its own filters and those of the request', async () => {
  await ingest(calls)
  const feature = await caller.create(
    '/features',
    meteredFeatureBody(
      {},
      {
        event_name: 'call',
        aggregation: { type: 'AVG', field: 'tokens' },
        filters: [{ key: 'region', values: ['eu', 'us'] }],
      },
    ),
  )
  const body = { ...times, meter_id: feature.meter_id, customer_id: customerId }
  expect(await caller.call('POST', '/events/usage/meter', body)).toMatchObject({
    status: 200,
    body: { type: 'AVG', value: 4.2 },
  })
  const eu = await caller.call('POST', '/events/usage/meter', { ...body, filters: { region: ['eu', 'ap'] } })
  expect(eu).toMatchObject({ status: 200, body: { value: 5.05, event_count: 3 } })
  const none = await caller.call('POST', '/events/usage/meter', { ...body, filters: { region: ['ap'] } })
  expect(none.status).toBe(400)
  expect(problemsOf(none)).toMatchObject({ 'filters.region': expect.stringContaining('the meter') })
  const foreign = await gateway.newCaller()
  await foreign.create('/customers', { external_id: 'ada', name: 'Ada' })
  const theirs = { ...times, meter_id: feature.meter_id, external_customer_id: 'ada' }
  expect((await foreign.call('POST', '/events/usage/meter', theirs)).status).toBe(404)
})

test.each([
  ['no customer', {}, 'customer_id'],
  ['an empty customer', { external_customer_id: '' }, 'external_customer_id'],
  ['an empty customer id', { customer_id: '' }, 'customer_id'],
  ['an empty event name', { external_customer_id: 'ada', event_name: '' }, 'event_name'],
  ['no property to sum', { external_customer_id: 'ada', property_name: '' }, 'property_name'],
  ['an empty filter', { external_customer_id: 'ada', filters: { region: [] } }, 'filters.region'],
  ['an end before its start', { external_customer_id: 'ada', end_time: '2020-01-01T00:00:00Z' }, 'end_time'],
  [
    'too many windows',
    { external_customer_id: 'ada', start_time: '2000-01-01T00:00:00Z', window_size: 'MINUTE' },
    'window_size',
  ],
  ['a zone that is none', { external_customer_id: 'ada', timezone: 'Mars/Base' }, 'timezone'],
  [
    'buckets of an average',
    { external_customer_id: 'ada', aggregation_type: 'AVG', bucket_size: 'DAY' },
    'bucket_size',
  ],
])('400 that names the field for %s', async (_name, changes, path) => {
  const answer = await caller.call('POST', '/events/usage', { ...sum, ...times, ...changes })
  expect(answer.status).toBe(400)
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

describe('analytics', () => {
  const sent = [
    { source: 'web', properties: { tokens: '10', region: 'eu', model: 'a' } },
    { source: 'web', properties: { tokens: '2', region: 'us', model: 'a' } },
    { source: 'api', properties: { tokens: '5', region: 'eu', model: 'b' } },
    { source: 'api', properties: { tokens: 'many', region: 'eu' } },
    { properties: { tokens: '1e2', region: 'eu', model: '"b"' } },
  ].map((event, day) => ({ ...event, event_id: `e${day}`, timestamp: `2026-03-0${day + 1}T12:00:00Z` }))
  const march = { start_time: '2026-03-01T00:00:00Z', end_time: '2026-04-01T00:00:00Z' }
  const items = z.object({ items: z.array(z.looseObject({ total_usage: z.string(), event_count: z.int() })) })

  async function analyze(body: object, aggregation: object = { type: 'SUM', field: 'tokens' }) {
    await ingest(sent)
    const feature = await caller.create(
      '/features',
      meteredFeatureBody({}, { event_name: 'call', aggregation }),
    )
    const request = { external_customer_id: 'ada', feature_ids: [feature.id], ...march, ...body }
    const answer = await caller.call('POST', '/events/analytics', request)
    expect(answer).toMatchObject({ status: 200 })
    return items.parse(answer.body).items
  }

  test('200 by source: each with its usage and odd values, events without one apart', async () => {
    const found = await analyze({ group_by: ['feature_id', 'source'] })
    expect(found).toMatchObject([
      { source: 'api', total_usage: '5', event_count: 2, warnings: [{ count: 1, event_ids: ['e3'] }] },
      { source: 'web', total_usage: '12', event_count: 2 },
      { total_usage: '100', event_count: 1 },
    ])
    expect(found[2]).not.toHaveProperty('source')
  })

  test('200 by properties, in windows', async () => {
    const body = { group_by: ['properties.region', 'properties.model'], window_size: 'WEEK' }
    const found = await analyze(body)
    expect(found).toMatchObject([
      { properties: { region: 'eu', model: '"b"' }, total_usage: '100' },
      { properties: { region: 'eu', model: 'a' }, total_usage: '10' },
      { properties: { region: 'eu', model: 'b' }, total_usage: '5' },
      { properties: { region: 'eu' }, total_usage: '0', event_count: 1 },
      { properties: { region: 'us', model: 'a' }, total_usage: '2' },
    ])
    const points = z.array(z.object({ usage: z.string() })).parse(found[1]?.points)
    expect(points.map(({ usage }) => usage)).toEqual(['10', '0', '0', '0', '0', '0'])
  })

  test('200 of some sources alone, in every aggregation', async () => {
    const sources = { sources: ['web'] }
    expect(await analyze(sources)).toMatchObject([{ total_usage: '12', event_count: 2 }])
    expect(await analyze(sources, { type: 'COUNT_UNIQUE', field: 'region' })).toMatchObject([
      { total_usage: '2' },
    ])
    const buckets = { type: 'MAX', field: 'tokens', bucket_size: 'MONTH', group_by: 'region' }
    const byModel = await analyze({ ...sources, group_by: ['properties.model'] }, buckets)
    expect(byModel).toMatchObject([{ properties: { model: 'a' }, total_usage: '12' }])
    const narrowed = { sources: ['web', 'api'], property_filters: { region: ['eu'] }, group_by: ['source'] }
    expect(await analyze(narrowed)).toMatchObject([
      { source: 'api', total_usage: '5' },
      { source: 'web', total_usage: '10' },
    ])
    expect(await analyze({ sources: ['nowhere'], group_by: ['source'] })).toEqual([])
    expect(await analyze({ sources: [], group_by: [] })).toMatchObject([
      { total_usage: '117', event_count: 5 },
    ])
  })

  test.each([['region'], ['properties.'], ['customer_id']])('400 for a group by %s', async (name) => {
    const body = { external_customer_id: 'ada', group_by: ['source', name] }
    const answer = await caller.call('POST', '/events/analytics', body)
    expect(answer.status).toBe(400)
    expect(problemsOf(answer)).toEqual({ 'group_by[1]': expect.stringContaining('properties.region') })
  })
})

test('409 that names the filters of a meter once its events are there; the same ones again are no change', async () => {
  const { id } = await caller.create('/features', meteredFeatureBody({}, { event_name: 'call' }))
  const change = (values: readonly string[]) =>
    caller.call('PUT', `/features/${id}`, { filters: [{ key: 'region', values }] })
  expect((await change(['eu'])).status).toBe(200)
  await ingest(calls)
  const refused = await change(['us'])
  expect(refused).toMatchObject({ status: 409, body: { code: 'already_exists' } })
  expect(problemsOf(refused)).toEqual({ filters: expect.stringContaining('"call"') })
  expect((await change(['eu'])).status).toBe(200)
})
