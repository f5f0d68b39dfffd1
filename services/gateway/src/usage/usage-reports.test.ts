import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
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
  ['no customer', {}, 'external_customer_id'],
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

test('400 not_implemented for what is not built', async () => {
  const body = { ...sum, ...times, external_customer_id: 'ada', group_by: ['region'] }
  expect(await caller.call('POST', '/events/usage', body)).toMatchObject({
    status: 400,
    body: { code: 'not_implemented' },
  })
  const analytics = { external_customer_id: 'ada', group_by: ['source'] }
  expect(await caller.call('POST', '/events/analytics', analytics)).toMatchObject({
    status: 400,
    body: { code: 'not_implemented' },
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
