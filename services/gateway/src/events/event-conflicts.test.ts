import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGateway()
})
beforeEach(async () => {
  caller = await gateway.newCaller()
})
afterAll(() => gateway[Symbol.asyncDispose]())

const event = (id: string, more: object = {}) => ({
  ...{ event_id: id, event_name: 'call', external_customer_id: 'ada', timestamp: '2026-03-15T12:00:00Z' },
  ...more,
})
const send = (one: object, headers: Record<string, string> = {}) =>
  caller.call('POST', '/events', one, headers)
const page = z.object({
  items: z.array(z.looseObject({ event_id: z.string(), times: z.int() })),
  has_more: z.boolean(),
  next_cursor: z.string().optional(),
})
async function conflicts(query = '') {
  const answer = await caller.call('GET', `/events/conflicts?${query}`)
  expect(answer).toMatchObject({ status: 200 })
  return page.parse(answer.body)
}

test('202 says that another content under an id that is there is a conflict, and that the same is none', async () => {
  await send(event('a', { properties: { tokens: '5' } }))
  const same = await send(event('a', { properties: { tokens: '5' } }))
  expect(same).toMatchObject({ status: 202, body: { duplicate: 'true' } })
  expect(same.body).not.toHaveProperty('conflict')
  const other = event('a', { properties: { tokens: '50' } })
  expect(await send(other)).toMatchObject({ status: 202, body: { duplicate: 'true', conflict: 'true' } })
  // Under a key it is the transaction's own; its replay is no other event.
  for (const _ of [1, 2]) {
    const keyed = await send(other, { 'idempotency-key': 'k' })
    expect(keyed).toMatchObject({ status: 202, body: { conflict: 'true' } })
  }
  expect(await conflicts()).toMatchObject({
    has_more: false,
    items: [
      {
        ...{ event_id: 'a', differs: ['properties'], times: 2 },
        kept: { event_name: 'call', timestamp: '2026-03-15T12:00:00.000Z', properties: { tokens: '5' } },
        sent: { event_name: 'call', timestamp: '2026-03-15T12:00:00.000Z', properties: { tokens: '50' } },
      },
    ],
  })
})

test('a bulk counts the conflicts among its duplicates', async () => {
  await send(event('a'))
  const events = [event('a'), event('a', { source: 'web' }), event('b'), event('b', { event_name: 'other' })]
  expect(await caller.call('POST', '/events/bulk', { events })).toMatchObject({
    status: 202,
    body: { accepted: '1', duplicates: '3', conflicts: '2', rejected: '0' },
  })
})

test('200 by customer, name, event and time, of the one that counts or the one that does not; in pages', async () => {
  await send(event('a'))
  await send(event('b', { timestamp: '2026-03-16T12:00:00Z' }))
  await send(event('a', { source: '1' }))
  await send(event('a', { source: '2' }))
  await send(
    event('b', { external_customer_id: 'bob', event_name: 'other', timestamp: '2026-03-16T12:00:00Z' }),
  )
  const idsBy = async (query: string) => (await conflicts(query)).items.map(({ event_id }) => event_id)
  expect(await idsBy('')).toEqual(['a', 'a', 'b'])
  expect(await idsBy('external_customer_id=bob')).toEqual(['b'])
  expect(await idsBy('external_customer_id=ada')).toEqual(['a', 'a', 'b'])
  expect(await idsBy('event_name=other')).toEqual(['b'])
  expect(await idsBy('event_id=a')).toEqual(['a', 'a'])
  expect(await idsBy('start_time=2026-03-16T00:00:00Z')).toEqual(['b'])
  expect(await idsBy('end_time=2026-03-16T00:00:00Z&external_customer_id=bob')).toEqual([])
  const first = await conflicts('limit=2')
  expect(first).toMatchObject({ has_more: true, items: [{ event_id: 'a' }, { event_id: 'a' }] })
  const rest = await conflicts(`limit=2&cursor=${first.next_cursor}`)
  expect(rest).toMatchObject({ has_more: false, items: [{ event_id: 'b' }] })
  const elsewhere = await caller.call('GET', `/events/conflicts?event_id=a&cursor=${first.next_cursor}`)
  expect(problemsOf(elsewhere)).toHaveProperty('cursor')
  caller = await gateway.newCaller()
  expect(await conflicts()).toMatchObject({ items: [] })
})
