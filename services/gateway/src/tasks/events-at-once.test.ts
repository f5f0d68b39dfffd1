import { inTransaction, type Scoped } from '@flexprice/database/connection'
import { postgresEventStore } from '@flexprice/database/events'
import { afterAll, expect, test } from 'vitest'
import { startImports } from '../testing/imports-under-test.ts'
import { untilSomebodyWaits } from '../testing/until-somebody-waits.ts'

const imports = await startImports()
afterAll(() => imports[Symbol.asyncDispose]())

const ids = Array.from({ length: 60 }, (_, index) => `event-${index}`)
const csv = (some: readonly string[]) =>
  [
    'event_id,event_name,external_customer_id,timestamp,properties.bytes',
    ...some.map((id) => `${id},call,ada,2026-03-15T12:00:00Z,${id.length}`),
  ].join('\n')

test.each([
  ['in one order', ids, 'event-0'],
  ['each in its order', ids.toReversed(), 'event-30'],
])(
  'two imports of one file at once, %s, make each event once: where they meet, one waits for the other',
  async (_, second, meeting) => {
    const caller = await imports.gateway.newCaller()
    const held = await holdId(caller.scoped, meeting)
    const ending = Promise.all([ids, second].map((some) => imports.importFile(caller, csv(some))))
    // Either is at the page of that id.
    await untilSomebodyWaits(imports.gateway.database, 2)
    await held.giveUp()
    const tasks = await ending
    expect(tasks).toMatchObject(
      tasks.map(() => ({
        task_status: 'COMPLETED',
        processed_records: ids.length,
        failed_records: 0,
        conflict_records: 0,
      })),
    )
    const sum = (field: string) => tasks.reduce((all, task) => all + Number(task[field]), 0)
    expect([sum('created_records'), sum('duplicate_records')]).toEqual([ids.length, ids.length])
    const stored = await caller.scoped.db.selectFrom('events').select('event_id').execute()
    expect(stored.map(({ event_id: id }) => id).toSorted()).toEqual(ids.toSorted())
  },
)

/** Somebody else takes the id, and changes their mind. */
async function holdId(scoped: Scoped, eventId: string): Promise<{ giveUp(): Promise<void> }> {
  const taken = Promise.withResolvers<void>()
  const end = Promise.withResolvers<void>()
  const event = { eventId, eventName: 'call', externalCustomerId: 'ada', customerId: null }
  const holding = inTransaction(scoped, async (transaction) => {
    await postgresEventStore.append(transaction, [
      { ...event, timestamp: null, source: null, properties: {} },
    ])
    taken.resolve()
    await end.promise
    throw new Error('changed their mind')
  })
  await Promise.race([taken.promise, holding])
  return {
    async giveUp() {
      end.resolve()
      await expect(holding).rejects.toThrow('changed their mind')
    },
  }
}
