import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Caller, problemsOf } from '../testing/caller-under-test.ts'
import { type GatewayUnderTest, startGateway } from '../testing/gateway-under-test.ts'

let gateway: GatewayUnderTest
let caller: Caller
beforeAll(async () => {
  gateway = await startGateway({ config: { eventLimitPerSecond: 5_000 } })
})
afterAll(() => gateway[Symbol.asyncDispose]())

const good = { event_name: 'api_call', external_customer_id: 'acme' }
const events = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({ ...good, event_id: `e-${index}`, ...more }))

async function idsOf({ scoped }: Caller): Promise<string[]> {
  const rows = await scoped.db.selectFrom('events').select('event_id').orderBy('event_id').execute()
  return rows.map(({ event_id }) => event_id)
}

test('202 for 1,000, all of them there; again, all are duplicates', async () => {
  caller = await gateway.newCaller()
  const body = { events: events(1_000) }
  expect(await caller.call('POST', '/events/bulk', body)).toMatchObject({
    status: 202,
    body: { message: 'Events accepted', accepted: '1000', duplicates: '0', conflicts: '0', rejected: '0' },
  })
  expect(await idsOf(caller)).toHaveLength(1_000)
  expect(await caller.call('POST', '/events/bulk', body)).toMatchObject({
    status: 202,
    body: { accepted: '0', duplicates: '1000', rejected: '0' },
  })
  expect(await idsOf(caller)).toHaveLength(1_000)
})

test('202 for one bad among 1,000: it is named by its position, the others are kept', async () => {
  caller = await gateway.newCaller()
  const batch: object[] = events(1_000)
  batch[417] = { ...good, event_id: 'bad', timestamp: 'yesterday' }
  const answer = await caller.call('POST', '/events/bulk', { events: batch })
  expect(answer).toMatchObject({
    status: 202,
    body: {
      message: '999 of 1000 events accepted',
      accepted: '999',
      rejected: '1',
      'events[417].timestamp': expect.stringContaining('RFC 3339'),
    },
  })
  const ids = await idsOf(caller)
  expect(ids).toHaveLength(999)
  expect(ids).not.toContain('bad')
})

test('202 names what each kind of bad event lacks, also the ones that only the clock refuses', async () => {
  caller = await gateway.newCaller()
  const timestamp = new Date(Date.now() + 2 * 86_400_000).toISOString()
  const batch = [7, { ...good, event_id: 'good' }, { event_name: 'n' }, { ...good, timestamp }, {}]
  const answer = await caller.call('POST', '/events/bulk', { events: batch })
  expect(answer.body).toEqual({
    message: '1 of 5 events accepted',
    accepted: '1',
    duplicates: '0',
    conflicts: '0',
    rejected: '4',
    'events[0]': 'must be an object',
    'events[2].external_customer_id': 'is required',
    'events[3].timestamp': 'is more than a day ahead of now',
    'events[4].event_name': 'is required',
    'events[4].external_customer_id': 'is required',
  })
  expect(answer.status).toBe(202)
  expect(await idsOf(caller)).toEqual(['good'])
})

test('202 names a number that is none by its path, in whatever event and property', async () => {
  caller = await gateway.newCaller()
  const cost = (json: string) => ({ ...good, properties: { of: { cost: JSON.rawJSON(json) } } })
  const batch = [cost('5e-05'), cost('1e400'), cost(`0.${'3'.repeat(101)}`)]
  const message = expect.stringContaining('100 digits')
  expect((await caller.call('POST', '/events/bulk', { events: batch })).body).toMatchObject({
    ...{ accepted: '1', rejected: '2' },
    ...{ 'events[1].properties.of.cost': message, 'events[2].properties.of.cost': message },
  })
})

test('an event whose two ids name two customers is refused by name, through either door', async () => {
  caller = await gateway.newCaller()
  const { id } = await caller.create('/customers', { external_id: 'acme', name: 'Acme' })
  const agreeing = { ...good, external_customer_id: 'acme', customer_id: id, event_id: 'agrees' }
  const contradicting = { ...agreeing, external_customer_id: 'beta', event_id: 'contradicts' }
  const single = await caller.call('POST', '/events', contradicting)
  expect(single).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(problemsOf(single)).toEqual({ external_customer_id: 'is not that of customer_id' })
  expect(await caller.call('POST', '/events/bulk', { events: [agreeing, contradicting] })).toMatchObject({
    status: 202,
    body: {
      ...{ accepted: '1', duplicates: '0', rejected: '1' },
      'events[1].external_customer_id': 'is not that of customer_id',
    },
  })
  expect(await idsOf(caller)).toEqual(['agrees'])
})

test('400 when all are bad, each by its position', async () => {
  caller = await gateway.newCaller()
  const answer = await caller.call('POST', '/events/bulk', { events: [{}, { ...good, timestamp: 'x' }] })
  expect(answer).toMatchObject({ status: 400, body: { code: 'validation_error' } })
  expect(Object.keys(problemsOf(answer))).toEqual([
    'events[0].event_name',
    'events[0].external_customer_id',
    'events[1].timestamp',
  ])
})

test.each([
  ['1,001 events', { events: events(1_001) }, 'events', '1 to 1000'],
  ['no events', { events: [] }, 'events', '1 to 1000'],
  ['no list', { events: 'all' }, 'events', 'must be a list'],
  ['nothing', {}, 'events', 'is required'],
  ['an unknown field', { events: events(1), all: true }, 'all', 'is not a known field'],
])('400 for %s, and nothing is kept', async (_what, body, path, message) => {
  caller = await gateway.newCaller()
  const answer = await caller.call('POST', '/events/bulk', body)
  expect(answer.status).toBe(400)
  expect(problemsOf(answer)).toEqual({ [path]: expect.stringContaining(message) })
  expect(await idsOf(caller)).toEqual([])
})

test('the same ids through both doors at once are there once', async () => {
  caller = await gateway.newCaller()
  const body = { events: events(200) }
  const answers = await Promise.all([
    caller.call('POST', '/events/bulk', body),
    ...body.events.map((event) => caller.call('POST', '/events', event)),
    caller.call('POST', '/events/bulk', { events: body.events.toReversed() }),
  ])
  expect(answers.every(({ status }) => status === 202)).toBe(true)
  expect(await idsOf(caller)).toEqual(body.events.map(({ event_id }) => event_id).toSorted())
})

test('429 with Retry-After for more events a second than the key may send', async () => {
  caller = await gateway.newCaller()
  const send = (turn: number) =>
    caller.call('POST', '/events/bulk', {
      events: events(1_000).map((event) => ({ ...event, event_id: `${turn} ${event.event_id}` })),
    })
  const answers = await Promise.all(Array.from({ length: 12 }, (_, turn) => send(turn)))
  const refused = answers.filter(({ status }) => status === 429)
  expect(refused.length).toBeGreaterThan(0)
  for (const { headers } of refused) expect(Number(headers['retry-after'])).toBeGreaterThan(0)
  const accepted = answers.filter(({ status }) => status === 202)
  expect(accepted.length + refused.length).toBe(answers.length)
  expect(await idsOf(caller)).toHaveLength(1_000 * accepted.length)
})

test('an event that was there already is called a duplicate, and no bulk counts it as accepted', async () => {
  const own = await gateway.newCaller()
  const event = { event_name: 'twice', external_customer_id: 'twice', event_id: 'twice-1' }
  const first = await own.call('POST', '/events', event)
  expect(first).toMatchObject({ status: 202 })
  expect(first.body).not.toHaveProperty('duplicate')
  const again = await own.call('POST', '/events', { ...event, properties: { other: 1 } })
  expect(again).toMatchObject({ status: 202, body: { duplicate: 'true' } })
  const events = [event, { ...event, event_id: 'twice-2' }]
  expect(await own.call('POST', '/events/bulk', { events })).toMatchObject({
    status: 202,
    body: { message: '1 of 2 events accepted', accepted: '1', duplicates: '1', rejected: '0' },
  })
})
