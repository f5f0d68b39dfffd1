import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { insertPlan } from '../catalog/plans.ts'
import { readNow } from './clock.ts'
import { inTransaction, type Scoped } from './connection.ts'
import { preparedQuery } from './prepared-query.ts'

const databases = await createTestDatabase()
afterAll(() => databases[Symbol.asyncDispose]())

let built = 0
const namesOf = preparedQuery<{ ids: readonly string[]; status: string }, { name: string }>(
  (db, parameter) => {
    built += 1
    return db
      .selectFrom('plans')
      .select('name')
      .where(sql<boolean>`id = any(${parameter('ids')}::text[]) and status = ${parameter('status')}`)
      .where('name', '<>', 'hidden')
      .orderBy('id')
  },
)

async function plansOf(scoped: Scoped, names: readonly string[]): Promise<string[]> {
  const ids = []
  for (const name of names) ids.push((await insertPlan(scoped, { name }, await readNow(scoped))).id)
  return ids
}

test('is built once, and each run has its own values, in its own scope and transaction', async () => {
  const [ours, theirs] = [await databases.newTenant(), await databases.newTenant()]
  const ids = await plansOf(ours, ['one', 'two', 'hidden'])
  const runs = await Promise.all([
    namesOf(ours, { ids, status: 'published' }),
    namesOf(ours, { ids: ids.slice(1), status: 'published' }),
    namesOf(ours, { ids, status: 'deleted' }),
    namesOf(theirs, { ids, status: 'published' }),
    inTransaction(ours, async (transaction) => {
      const [id = ''] = await plansOf(transaction, ['three'])
      return namesOf(transaction, { ids: [id], status: 'published' })
    }),
  ])
  expect(runs.map((rows) => rows.map(({ name }) => name))).toEqual([
    ['one', 'two'],
    ['two'],
    [],
    [],
    ['three'],
  ])
  expect(built).toBe(1)
})
