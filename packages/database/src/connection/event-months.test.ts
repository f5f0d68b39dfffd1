import { createTestDatabase } from '@flexprice/testing'
import pg from 'pg'
import { expect, test } from 'vitest'
import { appendEvents } from '../events/append-events.ts'

async function withOwner<Result>(url: string, work: (owner: pg.Client) => Promise<Result>): Promise<Result> {
  const owner = new pg.Client({ connectionString: url })
  await owner.connect()
  try {
    return await work(owner)
  } finally {
    await owner.end()
  }
}

const bare = { eventName: 'n', externalCustomerId: 'c', customerId: null, source: null, properties: {} }

test('the months of the last year and the next three are there, and made once', async () => {
  await using stack = await createTestDatabase()
  await withOwner(stack.ownerUrl, async (owner) => {
    const { rows } = await owner.query(
      "select count(*)::int as n from pg_inherits where inhparent = 'events'::regclass",
    )
    expect(rows).toEqual([{ n: 12 + 1 + 3 + 1 }])
  })
  expect(await stack.database.ensureEventMonths()).toBe(0)
})

test('a month that is made takes the events that came before it, as they were, and stays behind row security', async () => {
  await using stack = await createTestDatabase()
  const scoped = await stack.newTenant()
  await withOwner(stack.ownerUrl, async (owner) => {
    const { rows } = await owner.query(`select to_char(now() at time zone 'UTC', '"events_"YYYY_MM') as name`)
    await owner.query(`drop table ${rows[0].name}`)
    await appendEvents(scoped, [
      { ...bare, eventId: 'now', timestamp: null },
      { ...bare, eventId: 'old', timestamp: '1999-12-31T23:59:59Z' },
    ])
    const where = async () =>
      (
        await owner.query(
          'select event_id, tableoid::regclass::text as place, transaction_id::text from events order by event_id',
        )
      ).rows
    const before = await where()
    expect(before.map((row) => row.place)).toEqual(['events_rest', 'events_rest'])
    const made = await Promise.all([1, 2, 3].map(() => stack.database.ensureEventMonths()))
    expect(made.toSorted()).toEqual([0, 0, 1])
    const after = await where()
    expect(after).toEqual([{ ...before[0], place: rows[0].name }, before[1]])
    const security = await owner.query('select relrowsecurity from pg_class where relname = $1', [
      rows[0].name,
    ])
    expect(security.rows).toEqual([{ relrowsecurity: true }])
  })
  expect(await scoped.db.selectFrom('events').select('event_id').orderBy('event_id').execute()).toEqual([
    { event_id: 'now' },
    { event_id: 'old' },
  ])
})
