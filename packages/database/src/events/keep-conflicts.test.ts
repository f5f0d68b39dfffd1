import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { now } from '../testing/catalog-rows.ts'
import { countingStatements } from '../testing/counting-statements.ts'
import { appendEvents as append } from './append-events.ts'
import { dropEventMonths } from './drop-event-months.ts'
import { listEventConflicts } from './list-conflicts.ts'
import type { NewEvent } from './new-event.ts'
import { takeBackEvents } from './take-back-events.ts'
import { voidEvent } from './void-event.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

let scoped: Scoped
beforeEach(async () => {
  scoped = await stack.newTenant()
})

const first: NewEvent = {
  ...{ eventId: 'a', eventName: 'call', externalCustomerId: 'acme', customerId: 'cust_1' },
  ...{ timestamp: '2026-03-15T12:00:00Z', source: 'sdk', properties: { tokens: '1', region: 'eu' } },
}
const listed = async () => (await listEventConflicts(scoped, { pageSize: 100 })).rows

describe.each([{ areKnown: false }, { areKnown: true }])(
  'by either way ($areKnown that most are known)',
  (expected) => {
    const appendEvents = (into: Scoped, events: readonly NewEvent[]) => append(into, events, expected)

    test('the same event again is no conflict, however it is written down', async () => {
      await appendEvents(scoped, [first])
      const again: NewEvent[] = [
        first,
        { ...first, properties: { region: 'eu', tokens: '1' } },
        { ...first, timestamp: '2026-03-15T14:00:00.000+02:00' },
        // One that says no instant contradicts none.
        { ...first, timestamp: null },
      ]
      expect(await appendEvents(scoped, again)).toMatchObject({ duplicates: [0, 1, 2, 3], conflicts: [] })
      expect(await listed()).toEqual([])
    })

    test('another content is a conflict that names what differs, and the first one stays', async () => {
      await appendEvents(scoped, [first])
      const others: Record<string, Partial<NewEvent>> = {
        event_name: { eventName: 'calls' },
        external_customer_id: { externalCustomerId: 'beta' },
        customer_id: { customerId: null },
        timestamp: { timestamp: '2026-03-15T12:00:00.001Z' },
        source: { source: null },
        // Filters and groups compare texts: 1 and 1.0 are two values.
        properties: { properties: { tokens: '1.0', region: 'eu' } },
      }
      const batch = Object.values(others).map((other) => ({ ...first, ...other }))
      expect(await appendEvents(scoped, batch)).toMatchObject({
        duplicates: [0, 1, 2, 3, 4, 5],
        conflicts: [0, 1, 2, 3, 4, 5],
      })
      const rows = await listed()
      expect(rows.flatMap(({ differs }) => differs).toSorted()).toEqual(Object.keys(others).toSorted())
      expect(rows.find(({ differs }) => differs[0] === 'properties')).toMatchObject({
        ...{ event_id: 'a', event_name: 'call', external_customer_id: 'acme', source: 'sdk' },
        ...{
          properties: '{"region": "eu", "tokens": "1"}',
          sent_properties: '{"region": "eu", "tokens": "1.0"}',
        },
      })
      const { rows: kept } = await sql<{
        count: number
      }>`select count(*)::integer as count from events`.execute(scoped.db)
      expect(kept).toEqual([{ count: 1 }])
    })

    test('within one batch the first content counts; the same other content is kept once, with how often it came', async () => {
      const other = { ...first, properties: { tokens: '2' } }
      expect(await appendEvents(scoped, [first, other, first, other])).toMatchObject({
        duplicates: [1, 2, 3],
        conflicts: [1, 3],
      })
      expect(await appendEvents(scoped, [other])).toMatchObject({ conflicts: [0] })
      expect(await listed()).toMatchObject([{ times: 3, differs: ['properties'] }])
    })

    test('of a voided event its id still knows name, customer and instant', async () => {
      await appendEvents(scoped, [first])
      await inTransaction(scoped, (transaction) => voidEvent(transaction, 'a', now))
      const again = [
        { ...first, properties: { tokens: '7' } },
        { ...first, externalCustomerId: 'beta' },
      ]
      expect(await appendEvents(scoped, again)).toMatchObject({ duplicates: [0, 1], conflicts: [1] })
      expect(await listed()).toMatchObject([{ external_customer_id: 'acme', properties: null }])
    })

    test('batches with the same conflicts at the same time never deadlock, and count all of them', async () => {
      const events = Array.from({ length: 50 }, (_, index) => ({ ...first, eventId: `e${index}` }))
      await appendEvents(scoped, events)
      const others = events.map((event) => ({ ...event, source: 'other' }))
      await Promise.all(
        [0, 1, 2, 3, 4, 5].map((turn) => appendEvents(scoped, turn % 2 === 0 ? others : others.toReversed())),
      )
      const rows = await listed()
      expect(rows).toHaveLength(50)
      expect(new Set(rows.map(({ times }) => times))).toEqual(new Set([6]))
    })

    test('conflicts go with the event that they are about: taken back, or dropped with its month', async () => {
      const { rows } = await inTransaction(scoped, async (transaction) => {
        await appendEvents(transaction, [first])
        return sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(transaction.db)
      })
      const old = { ...first, eventId: 'old', timestamp: '2001-01-01T00:00:00Z' }
      await appendEvents(scoped, [old])
      await appendEvents(scoped, [
        { ...first, source: 'other' },
        { ...old, source: 'other' },
      ])
      const what = { transactions: [rows[0]?.id ?? ''], between: undefined, after: null, limit: 10, now }
      await inTransaction(scoped, (transaction) => takeBackEvents(transaction, what))
      expect(await listed()).toMatchObject([{ event_id: 'old' }])
      const before = new Date('2002-01-01T00:00:00Z')
      await dropEventMonths(stack.ownerUrl, { before, dryRun: true, unbilledToo: true })
      expect(await listed()).toHaveLength(1)
      await dropEventMonths(stack.ownerUrl, { before, dryRun: false, unbilledToo: true })
      expect(await listed()).toEqual([])
    })
  },
)

test('a batch without duplicates is one statement, with some it is two, however many', async () => {
  const counted = countingStatements(scoped)
  const batch = Array.from({ length: 100 }, (_, index) => ({ ...first, eventId: `e${index}` }))
  await append(counted.scoped, batch)
  expect(counted.count()).toBe(1)
  await append(counted.scoped, batch)
  expect(counted.count()).toBe(3)
  await append(
    counted.scoped,
    batch.map((event) => ({ ...event, source: 'other' })),
  )
  expect(counted.count()).toBe(5)
})

test('what is expected to be known, and is, is one statement; two where it is not the same, or was not known', async () => {
  const counted = countingStatements(scoped)
  const batch = Array.from({ length: 100 }, (_, index) => ({ ...first, eventId: `e${index}` }))
  const send = (events: readonly NewEvent[]) => append(counted.scoped, events, { areKnown: true })
  expect(await send(batch)).toMatchObject({ duplicates: [], conflicts: [] })
  expect(counted.count()).toBe(1)
  expect((await send([...batch, { ...first, eventId: 'new' }])).duplicates).toHaveLength(100)
  expect(counted.count()).toBe(2)
  const [one, ...others] = batch
  const changed = one ? [{ ...one, source: 'other' }, ...others] : []
  expect(await send(changed)).toMatchObject({ conflicts: [0] })
  expect(counted.count()).toBe(4)
  // The second of two within a batch is compared by the second statement, as its first may have been written by the first.
  expect(await send([...others, ...others.slice(0, 1)])).toMatchObject({ conflicts: [] })
  expect(counted.count()).toBe(6)
})
