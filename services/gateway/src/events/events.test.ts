import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGateway()
  caller = await gateway.newCaller()
  const events = Array.from({ length: 30 }, (_, index) => ({
    event_name: index % 2 === 0 ? 'even' : 'odd',
    external_customer_id: index < 20 ? 'acme' : 'beta',
    event_id: `e-${String(index).padStart(2, '0')}`,
    // Two of each instant, over three months.
    timestamp: new Date(Date.UTC(2026, 0, 1) + Math.floor(index / 2) * 6 * 86_400_000).toISOString(),
    source: index % 3 === 0 ? 'sdk' : undefined,
    properties: { model: `m${index % 5}`, n: index },
  }))
  expect(await caller.call('POST', '/events/bulk', { events })).toMatchObject({ status: 202 })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const page = z.object({
  events: z.array(z.object({ id: z.string(), properties: z.unknown() })),
  has_more: z.boolean(),
  iter_first_key: z.string().optional(),
  iter_last_key: z.string().optional(),
  total_count: z.int().optional(),
})
async function query(body: object) {
  const answer = await caller.call('POST', '/events/query', body)
  expect(answer).toMatchObject({ status: 200 })
  const { events, ...rest } = page.parse(answer.body)
  return { ids: events.map(({ id }) => id), events, ...rest }
}
const ids = (...indexes: number[]) => indexes.map((index) => `e-${String(index).padStart(2, '0')}`)
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

test('200 pages through all by the keys of the answers, each event once, both ways and both orders', async () => {
  for (const order of ['desc', 'asc'] as const) {
    const all = order === 'asc' ? ids(...range(0, 30)) : ids(...range(0, 30)).toReversed()
    const seen: string[] = []
    let last: string | undefined
    let more = true
    while (more) {
      const {
        ids: found,
        has_more,
        iter_last_key,
      } = await query({ order, page_size: 7, iter_last_key: last })
      seen.push(...found)
      last = iter_last_key
      more = has_more
    }
    expect(seen).toEqual(all)
    const third = await query({ order, page_size: 7, offset: 14 })
    const before = await query({ order, page_size: 7, iter_first_key: third.iter_first_key })
    expect(before.ids).toEqual(all.slice(7, 14))
    expect(before.has_more).toBe(true)
  }
})

test('200 tells the total where it is known, and an empty page as such', async () => {
  expect(await query({ external_customer_id: 'beta' })).toMatchObject({ has_more: false, total_count: 10 })
  expect(await query({ page_size: 5 })).not.toHaveProperty('total_count')
  expect(await query({ external_customer_id: 'nobody' })).toEqual({
    ids: [],
    events: [],
    has_more: false,
    total_count: 0,
  })
})

test.each([
  ['the customer', { external_customer_id: 'beta' }, range(20, 30)],
  ['the name', { event_name: 'odd', external_customer_id: 'beta' }, [21, 23, 25, 27, 29]],
  ['the id', { event_id: 'e-07' }, [7]],
  ['an id that nobody has', { event_id: 'e-99' }, []],
  ['the source', { source: 'sdk', external_customer_id: 'beta' }, [21, 24, 27]],
  [
    'a property, text or number',
    { property_filters: { model: ['m1', 'm2'], n: ['11', '12', '13'] } },
    [11, 12],
  ],
  [
    'a window, half-open',
    { start_time: '2026-01-07T00:00:00Z', end_time: '2026-01-19T00:00:00Z' },
    [2, 3, 4, 5],
  ],
  [
    'empty filters, which are none',
    { event_id: '', source: '', property_filters: {}, page_size: 30 },
    range(0, 30),
  ],
])('200 filters by %s', async (_what, filters, expected) => {
  const { ids: found } = await query({ ...filters, order: 'asc' })
  expect(found).toEqual(ids(...expected))
})

test.each([
  ['an unknown order', { order: 'random' }, 'order'],
  ['another sort', { sort: 'event_name' }, 'sort'],
  ['a key of another form', { iter_last_key: 'abc' }, 'iter_last_key'],
  ['a page beyond its bound', { page_size: 1_001 }, 'page_size'],
  ['both keys', { iter_last_key: '1::a', iter_first_key: '1::a' }, 'iter_first_key'],
  ['an empty list of values', { property_filters: { model: [] } }, 'property_filters.model'],
])('400 for %s', async (_what, body, path) => {
  const answer = await caller.call('POST', '/events/query', body)
  expect(answer.status).toBe(400)
  expect(Object.keys(problemsOf(answer))).toEqual([path])
})

test('numbers come back with all their digits', async () => {
  const own = await gateway.newCaller()
  const digits = '1234567890123456789012345678901234567890.123'
  const headers = { 'x-api-key': own.apiKey, 'content-type': 'application/json' }
  const payload = `{"event_name":"n","external_customer_id":"c","event_id":"long","properties":{"a":${digits}}}`
  await gateway.app.inject({ method: 'POST', url: '/v1/events', headers, payload })
  const listed = await gateway.app.inject({ method: 'POST', url: '/v1/events/query', headers, payload: '{}' })
  expect(listed.body).toContain(`"properties":{"a":${digits}}`)
})

test('200 looks one up by its id and customer, and 404 else', async () => {
  const look = (id: string, customer: string, from: Caller = caller) =>
    from.call('GET', `/events/lookup?id=${id}&external_customer_id=${customer}`)
  expect(await look('e-03', 'acme')).toMatchObject({
    status: 200,
    body: { event: { id: 'e-03', event_name: 'odd' }, events: [{ id: 'e-03' }], status: 'failed' },
  })
  expect(await look('e-03', 'beta')).toMatchObject({ status: 404 })
  expect(await look('e-99', 'acme')).toMatchObject({ status: 404 })
  expect(await look('e-03', 'acme', await gateway.newCaller())).toMatchObject({ status: 404 })
})

test('another environment’s events are on no list and cannot be voided', async () => {
  const other = await gateway.newCaller()
  expect(await other.call('POST', '/events/query', {})).toMatchObject({
    body: { events: [], has_more: false },
  })
  expect(await other.call('GET', '/events/unattributed')).toMatchObject({ body: { items: [] } })
  expect(await other.call('GET', '/events/late')).toMatchObject({ body: { items: [] } })
  expect(await other.call('DELETE', '/events/e-03')).toMatchObject({ status: 404 })
  expect((await query({ event_id: 'e-03' })).ids).toEqual(['e-03'])
})

test('204 voids an event, again too; it is gone, and its id stays used', async () => {
  const own = await gateway.newCaller()
  const event = { event_name: 'n', external_customer_id: 'c', event_id: 'v' }
  await own.call('POST', '/events', event)
  expect(await own.call('DELETE', '/events/v')).toMatchObject({ status: 204 })
  expect(await own.call('DELETE', '/events/v')).toMatchObject({ status: 204 })
  expect(await own.call('POST', '/events', event)).toMatchObject({ status: 202 })
  expect(await own.call('POST', '/events/query', {})).toMatchObject({ body: { events: [] } })
  expect(await own.call('DELETE', '/events/never')).toMatchObject({ status: 404 })
})

test('200 lists unattributed events by pages with the reason, until their customer exists', async () => {
  const list = z.object({
    items: z.array(z.object({ id: z.string(), reason: z.string() })),
    next_cursor: z.string().optional(),
  })
  const read = async (search: string) =>
    list.parse((await caller.call('GET', `/events/unattributed?${search}`)).body)
  const first = await read('limit=20')
  const second = await read(`limit=20&cursor=${first.next_cursor}`)
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(ids(...range(0, 30)))
  expect(second.next_cursor).toBeUndefined()
  expect(new Set(first.items.map(({ reason }) => reason))).toEqual(new Set(['unknown_customer']))
  await caller.create('/customers', { external_id: 'beta', name: 'Beta' })
  const beta = await read('external_customer_id=beta')
  expect(new Set(beta.items.map(({ reason }) => reason))).toEqual(new Set(['no_line']))
})
