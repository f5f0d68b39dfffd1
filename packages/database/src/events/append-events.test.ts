import { createHash } from 'node:crypto'
import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { insertCustomer } from '../customers/customers.ts'
import { now } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { appendCopiedEvents, appendEvents, copyEvents, eventsAppendMax } from './append-events.ts'
import { type CopiedEvents, createCopiedEvents } from './copied-events.ts'
import type { NewEvent } from './new-event.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

function event(eventId: string, more: Partial<NewEvent> = {}): NewEvent {
  return {
    eventId,
    eventName: 'api_call',
    externalCustomerId: 'acme',
    customerId: null,
    timestamp: '2026-03-15T12:00:00Z',
    source: null,
    properties: {},
    ...more,
  }
}

async function stored(scoped: Scoped) {
  return scoped.db
    .selectFrom('events')
    .select(['event_id', 'event_name', 'timestamp', 'source', sql<string>`properties::text`.as('properties')])
    .orderBy('event_id')
    .execute()
}

const nothing = { duplicates: [], conflicts: [], tooFarAhead: [], contradicting: [] }

test('an event is kept as it was sent, digits included', async () => {
  const scoped = await stack.newTenant()
  const digits = '1234567890123456789012345678901234567890.5'
  const properties = { text: '00.10', number: JSON.rawJSON(digits), nested: { list: [1, null, 'ä"\\'] } }
  expect(await appendEvents(scoped, [event('a', { properties, source: 'sdk' })])).toEqual(nothing)
  expect(await stored(scoped)).toEqual([
    {
      event_id: 'a',
      event_name: 'api_call',
      timestamp: new Date('2026-03-15T12:00:00Z'),
      source: 'sdk',
      properties: `{"text": "00.10", "nested": {"list": [1, null, "ä\\"\\\\"]}, "number": ${digits}}`,
    },
  ])
})

test('an event that names two customers is not written, whichever of them is known', async () => {
  const scoped = await stack.newTenant()
  const other = await stack.newTenant()
  const acme = await insertCustomer(scoped, { external_id: 'acme', name: 'Acme' }, now)
  const beta = await insertCustomer(scoped, { external_id: 'beta', name: 'Beta' }, now)
  const foreign = await insertCustomer(other, { external_id: 'beta', name: 'Beta' }, now)
  const of = (id: string, customerId: string | null) => event(id, { customerId })
  const batch = [
    ...[of('a', acme.id), of('b', beta.id), of('c', null), of('d', foreign.id), of('e', 'cust_nobody')],
    ...[of('a', beta.id), event('f', { customerId: beta.id, externalCustomerId: 'beta' })],
    event('g', { customerId: 'cust_nobody', externalCustomerId: 'nobody' }),
  ]
  expect(await appendEvents(scoped, batch)).toEqual({ ...nothing, contradicting: [1, 3, 4, 5] })
  expect((await stored(scoped)).map(({ event_id }) => event_id)).toEqual(['a', 'c', 'f', 'g'])
})

test('an id counts once: within a batch the first, over batches the first, in each environment its own', async () => {
  const scoped = await stack.newTenant()
  expect(
    await appendEvents(scoped, [event('a', { eventName: 'first' }), event('b'), event('a'), event('c')]),
  ).toEqual({ duplicates: [2], conflicts: [2], tooFarAhead: [], contradicting: [] })
  // Another instant, month included, does not make it another event.
  const again = event('a', { eventName: 'again', timestamp: '2019-01-01T00:00:00Z' })
  expect(await appendEvents(scoped, [event('d'), again])).toEqual({
    duplicates: [1],
    conflicts: [1],
    tooFarAhead: [],
    contradicting: [],
  })
  expect((await stored(scoped)).map((row) => `${row.event_id} ${row.event_name}`)).toEqual([
    'a first',
    'b api_call',
    'c api_call',
    'd api_call',
  ])
  const other = await stack.newTenant()
  expect(await appendEvents(other, [event('a')])).toEqual(nothing)
  expect(await stored(other)).toHaveLength(1)
  expect(await stored(scoped)).toHaveLength(4)
})

test('more than a day ahead is refused and takes no id; old ones are kept, none means now', async () => {
  const scoped = await stack.newTenant({ clockAt: new Date('2026-03-15T12:00:00Z') })
  const outcome = await appendEvents(scoped, [
    event('edge', { timestamp: '2026-03-16T12:00:00.000Z' }),
    event('ahead', { timestamp: '2026-03-16T12:00:00.001Z' }),
    event('ahead', { timestamp: null }),
    event('old', { timestamp: '2021-03-15T14:00:00+02:00' }),
    event('year ahead', { timestamp: '2027-03-15T12:00:00Z' }),
  ])
  expect(outcome).toEqual({ ...nothing, tooFarAhead: [1, 4] })
  expect((await stored(scoped)).map((row) => `${row.event_id} ${row.timestamp.toISOString()}`)).toEqual([
    'ahead 2026-03-15T12:00:00.000Z',
    'edge 2026-03-16T12:00:00.000Z',
    'old 2021-03-15T12:00:00.000Z',
  ])
  expect(await appendEvents(scoped, [event('year ahead')])).toEqual(nothing)
})

test('batches of the same ids in any order at the same time write each once and never deadlock', async () => {
  const scoped = await stack.newTenant()
  const ids = Array.from({ length: 500 }, (_, index) => `id-${index}`)
  const batches = Array.from({ length: 6 }, (_, turn) => {
    const rotated = [...ids.slice(turn * 70), ...ids.slice(0, turn * 70)]
    return (turn % 2 === 0 ? rotated : rotated.toReversed()).map((id) => event(id))
  })
  const outcomes = await Promise.all(batches.map((batch) => appendEvents(scoped, batch)))
  const written = outcomes.map((outcome) => ids.length - outcome.duplicates.length)
  expect(written.reduce((sum, count) => sum + count, 0)).toBe(ids.length)
  expect(await stored(scoped)).toHaveLength(ids.length)
})

test('a batch that waits for another with its id takes the id when that one is rolled back', async () => {
  const scoped = await stack.newTenant()
  const written = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const first = inTransaction(scoped, async (transaction) => {
    await appendEvents(transaction, [event('a', { eventName: 'undone' })])
    written.resolve()
    await end.promise
    throw new Error('changed its mind')
  })
  const undone = expect(first).rejects.toThrow('changed its mind')
  await written.promise
  const second = appendEvents(scoped, [event('a', { eventName: 'kept' })])
  await waitForLock(stack.ownerUrl)
  end.resolve()
  await undone
  expect(await second).toEqual(nothing)
  expect(await stored(scoped)).toMatchObject([{ event_name: 'kept' }])
})

test('a batch with one event that cannot be stored writes nothing, ids neither', async () => {
  const scoped = await stack.newTenant()
  const bad = event('bad', { properties: { text: 'a\u0000b' } })
  await expect(appendEvents(scoped, [event('good'), bad])).rejects.toMatchObject({ code: 'validation_error' })
  expect(await stored(scoped)).toEqual([])
  expect(await appendEvents(scoped, [event('good')])).toEqual(nothing)
})

test('more than its bound is a mistake of the caller', async () => {
  const scoped = await stack.newTenant()
  const batch = Array.from({ length: eventsAppendMax + 1 }, (_, index) => event(`${index}`))
  await expect(appendEvents(scoped, batch)).rejects.toThrow('at most')
  expect(await appendEvents(scoped, [])).toEqual(nothing)
})

function append(scoped: Scoped, page: CopiedEvents, meanwhile: () => void = () => {}) {
  return inTransaction(scoped, async (transaction) => {
    await copyEvents(transaction, page)
    return appendCopiedEvents(transaction, page, meanwhile)
  })
}

test('a page that is copied becomes what the same list becomes: texts, digits, refusals, and ids that were there', async () => {
  const clockAt = new Date('2026-03-15T12:00:00Z')
  const [listed, copied] = [await stack.newTenant({ clockAt }), await stack.newTenant({ clockAt })]
  const digits = JSON.rawJSON('1234567890123456789012345678901234567890.5')
  const odd = ['\\N', '\\.', 'a\tb', 'a\nb\r\n', 'back\\slash\\', '"quoted", it\'s', 'ä€😀', ' ', 'null']
  const events = [
    ...odd.map((text, index) =>
      event(`${index} ${text}`, {
        eventName: text,
        externalCustomerId: text,
        source: text,
        properties: { [text]: text, digits, nested: [{ text }, null, true, 1.5] },
      }),
    ),
    event('there', { eventName: 'again' }),
    ...[event('twice', { eventName: 'first' }), event('twice', { eventName: 'second' })],
    ...[event('now', { timestamp: null }), event('old', { timestamp: '2021-03-15T14:00:00+02:00' })],
    event('ahead', { timestamp: '2026-03-16T12:00:00.001Z' }),
    event('of two', { customerId: 'cust_nobody' }),
    event('twice', { eventName: 'third' }),
  ]
  for (const scoped of [listed, copied]) {
    await insertCustomer(scoped, { external_id: 'acme', name: 'Acme' }, now)
    await appendEvents(scoped, [event('there')])
  }
  const positions = { tooFarAhead: [odd.length + 5], contradicting: [odd.length + 6] }
  const outcomeOfBoth = {
    duplicates: [odd.length, odd.length + 2, odd.length + 7],
    conflicts: [odd.length, odd.length + 2, odd.length + 7],
    ...positions,
  }
  expect(await appendEvents(listed, events)).toEqual(outcomeOfBoth)
  const page = createCopiedEvents()
  for (const { properties, ...one } of events)
    page.add({ ...one, propertiesJson: JSON.stringify(properties) })
  let isFree = 0
  const outcome = await append(copied, page, () => isFree++)
  expect([outcome, isFree]).toEqual([outcomeOfBoth, 1])
  expect(await stored(copied)).toEqual(await stored(listed))
  const again = createCopiedEvents()
  again.add({ ...event('there'), propertiesJson: '{}' })
  expect(await append(copied, again)).toEqual({ ...nothing, duplicates: [0] })
})

test('a page with what PostgreSQL cannot store is refused as a whole, and its connection goes on', async () => {
  const scoped = await stack.newTenant()
  const page = createCopiedEvents()
  for (let index = 0; index < 5_000; index++) {
    page.add({
      ...event(`${index}`),
      propertiesJson: index === 10 ? '{"text":"a\\u0000b"}' : '{"bytes":"1"}',
    })
  }
  await expect(append(scoped, page)).rejects.toMatchObject({ code: 'validation_error' })
  expect(await stored(scoped)).toEqual([])
})

test('each event tells which transaction wrote it', async () => {
  const scoped = await stack.newTenant()
  const snapshot = await sql<{ at: string }>`select pg_current_snapshot()::text as at`.execute(scoped.db)
  await appendEvents(scoped, [event('a')])
  const { rows } = await sql<{ late: boolean }>`
    select not pg_visible_in_snapshot(transaction_id, ${snapshot.rows[0]?.at}::pg_snapshot) as late
    from events`.execute(scoped.db)
  expect(rows).toEqual([{ late: true }])
})

test('the schema’s key of an id is the first half of its SHA-256', async () => {
  const client = new pg.Client({ connectionString: stack.ownerUrl })
  await client.connect()
  try {
    const { rows } = await client.query("select event_key('env_1', 'é') as key")
    const expected = createHash('sha256').update('env_1/é').digest('hex').slice(0, 32)
    expect(rows[0].key.replaceAll('-', '')).toBe(expected)
  } finally {
    await client.end()
  }
})
