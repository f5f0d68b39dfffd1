import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { daysFromNow, now } from '../testing/catalog-rows.ts'
import { addMeteredCustomer, addUsageInvoice, type MeteredCustomer } from '../testing/metered-customer.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { appendEvents } from './append-events.ts'
import { type EventsToTakeBack, takeBackEvents } from './take-back-events.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
let acme: MeteredCustomer
beforeEach(async () => {
  scoped = await stack.newTenant({ clockAt: daysFromNow(40) })
  acme = await addMeteredCustomer(scoped)
})

/** Returns the transaction that wrote them. */
function send(events: Readonly<Record<string, { readonly day?: number; readonly name?: string }>>) {
  return inTransaction(scoped, async (transaction) => {
    await appendEvents(
      transaction,
      Object.entries(events).map(([eventId, { day = 5, name = 'call' }]) => ({
        eventId,
        eventName: name,
        externalCustomerId: 'acme',
        customerId: null,
        timestamp: daysFromNow(day).toISOString(),
        source: null,
        properties: { region: 'eu' },
      })),
    )
    const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(
      transaction.db,
    )
    return rows[0]?.id ?? ''
  })
}

const takeBack = (transactions: readonly string[], more: Partial<EventsToTakeBack> = {}) =>
  inTransaction(scoped, (transaction) =>
    takeBackEvents(transaction, { transactions, between: undefined, after: null, limit: 100, now, ...more }),
  )
const there = async () => {
  const rows = await scoped.db.selectFrom('events').select('event_id').orderBy('event_id').execute()
  return rows.map(({ event_id: id }) => id)
}

test('what those transactions wrote goes, with its ids, and nothing else', async () => {
  const first = await send({ a: {}, b: { day: 6, name: 'other' } })
  const other = await send({ c: {}, d: { day: 6 } })
  const third = await send({ e: { day: 9 }, a: {} })
  expect(await takeBack([first, third])).toMatchObject({
    deleted: expect.arrayContaining(['a', 'b', 'e']),
    refused: [],
    last: null,
  })
  expect(await there()).toEqual(['c', 'd'])
  await send({ a: { day: 7 }, c: { day: 7 } })
  expect(await there()).toEqual(['a', 'c', 'd'])
  expect(await takeBack([other])).toMatchObject({ deleted: expect.arrayContaining(['c', 'd']) })
})

test('pages go on behind the last event that was looked at, also among many of one instant', async () => {
  const own = await send({ a: {}, b: {}, d: {}, e: { day: 6 } })
  await send({ c: {} })
  const first = await takeBack([own], { limit: 2 })
  expect(first).toMatchObject({ deleted: expect.arrayContaining(['a', 'b']), last: { eventId: 'b' } })
  const second = await takeBack([own], { limit: 2, after: first.last })
  expect(second).toMatchObject({ deleted: ['d'], last: { eventId: 'd' } })
  const third = await takeBack([own], { limit: 2, after: second.last })
  expect(third).toMatchObject({ deleted: ['e'], last: null })
  expect(await there()).toEqual(['c'])
})

test('a page is entered at its place, however many events of its instant lie before it', async () => {
  await send(Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => [`other-${index}`, {}])))
  const own = await send({ own: {} })
  await analyzeEvents()
  const looks: number[] = []
  let after: EventsToTakeBack['after'] = null
  do {
    after = await inTransaction(scoped, async (transaction) => {
      // A table as small as this is rather read whole; a large one is not.
      await sql`set local enable_seqscan = off`.execute(transaction.db)
      const page = { transactions: [own], between: undefined, after, limit: 100, now }
      const before = await lookedAt(transaction)
      const { last } = await takeBackEvents(transaction, page)
      looks.push((await lookedAt(transaction)) - before)
      return last
    })
  } while (after !== null)
  expect(await there()).toHaveLength(1_000)
  expect(looks.slice(0, -1)).toEqual(Array.from({ length: 10 }, () => 100))
})

async function analyzeEvents(): Promise<void> {
  const owner = new pg.Client({ connectionString: stack.ownerUrl })
  await owner.connect()
  await owner.query('analyze events')
  await owner.end()
}

/** How many events this connection has read until now, by whatever way; to be compared within one transaction. */
async function lookedAt({ db }: Scoped): Promise<number> {
  const { rows } = await sql<{ events: number }>`
    select sum(seq_tup_read + coalesce(idx_tup_fetch, 0))::integer as events from pg_stat_xact_user_tables
    where relname like 'events\\_%'`.execute(db)
  return rows[0]?.events ?? 0
}

test('an event on a finalized invoice is refused, which is named; what came late for it goes', async () => {
  const early = await send({ counted: {}, unmetered: { name: 'other' } })
  const invoiceId = await addUsageInvoice(scoped, acme, 'FINALIZED')
  const late = await send({ late: {} })
  expect(await takeBack([early, late])).toEqual({
    deleted: expect.arrayContaining(['late', 'unmetered']),
    refused: [{ eventId: 'counted', invoiceId }],
    last: null,
  })
  expect(await there()).toEqual(['counted'])
  await send({ counted: {}, late: {} })
  expect(await there()).toEqual(['counted', 'late'])
})

test('an event whose invoice is being written closed meanwhile is on that invoice', async () => {
  const own = await send({ counted: {} })
  const rated = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const billing = inTransaction(scoped, async (transaction) => {
    await transaction.db.selectFrom('subscriptions').select('id').forUpdate().execute()
    const id = await addUsageInvoice(transaction, acme, 'FINALIZED')
    rated.resolve()
    await end.promise
    return id
  })
  await rated.promise
  const taken = takeBack([own])
  await waitForLock(stack.ownerUrl)
  end.resolve()
  const invoiceId = await billing
  expect(await taken).toEqual({ deleted: [], refused: [{ eventId: 'counted', invoiceId }], last: null })
})

test('an id that is freed is taken by a batch that waits for it', async () => {
  const own = await send({ a: {} })
  const taken = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const reverting = inTransaction(scoped, async (transaction) => {
    const page = { transactions: [own], between: undefined, after: null, limit: 100, now }
    await takeBackEvents(transaction, page)
    taken.resolve()
    await end.promise
  })
  await taken.promise
  const again = send({ a: { day: 8 } })
  await waitForLock(stack.ownerUrl)
  end.resolve()
  await Promise.all([reverting, again])
  expect(await scoped.db.selectFrom('events').select(['event_id', 'timestamp']).execute()).toEqual([
    { event_id: 'a', timestamp: daysFromNow(8) },
  ])
})
