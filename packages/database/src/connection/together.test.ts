import { createTestDatabase, startCountedWay, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPlan } from '../testing/catalog-rows.ts'
import { waitForLock } from '../testing/wait-for-lock.ts'
import { createDatabase, inTransaction, type Scoped } from './connection.ts'
import { all, mapped, reading, rowsOf, together } from './together.ts'

let databases: TestDatabase
let way: Awaited<ReturnType<typeof startCountedWay>>
let database: TestDatabase['database']
let scoped: Scoped
beforeAll(async () => {
  databases = await createTestDatabase()
  way = await startCountedWay(databases.appUrl)
  database = createDatabase({ url: way.url, applicationName: 'together', poolSizeMax: 1 })
  scoped = database.scoped((await databases.newTenant()).scope)
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await way[Symbol.asyncDispose]()
  await databases[Symbol.asyncDispose]()
})

const one = reading(sql<{ one: number }>`select 1 as one`, ([row]) => row?.one)
const failing = rowsOf(sql`select 1 / 0`)

/** Which SQL was sent together by the work, once the connection has the scope. */
async function sentBy(work: () => Promise<unknown>): Promise<readonly (readonly string[])[]> {
  await together(scoped, one)
  way.restart()
  await work()
  return way.roundTrips()
}

test('a transaction’s begin goes with its first statements, and each has its own answer', async () => {
  const two = rowsOf(sql<{ two: number }>`select 2 as two`)
  const sent = await sentBy(() =>
    inTransaction(scoped, async (transaction) => {
      const doubled = mapped(one, (value) => 2 * (value ?? 0))
      expect(await together(transaction, one, all([two, doubled]))).toEqual([1, [[{ two: 2 }], 2]])
    }),
  )
  expect(sent).toEqual([['begin', 'select 1 as one', 'select 2 as two', 'select 1 as one'], ['commit']])
})

test('a transaction in which nothing is asked sends nothing, whether it ends well or not', async () => {
  const sent = await sentBy(async () => {
    await inTransaction(scoped, async () => undefined)
    await expect(inTransaction(scoped, () => Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
  expect(sent).toEqual([])
})

test('what fails is told as it is, what is behind it in the transaction is not run, and nothing is kept', async () => {
  const work = inTransaction(scoped, async (transaction) => {
    await addPlan(transaction)
    await together(transaction, one, failing, rowsOf(sql`select pg_sleep(60)`))
  })
  await expect(work).rejects.toMatchObject({ code: '22012' })
  expect(await scoped.db.selectFrom('plans').select('id').execute()).toEqual([])
  const outside = together(scoped, failing, one)
  await expect(outside).rejects.toMatchObject({ code: '22012' })
  expect(await together(scoped, one)).toEqual([1])
})

test('what is read behind a lock is as it is once the lock is there', async () => {
  const { id } = await addPlan(scoped)
  const name = rowsOf(sql<{ name: string }>`select name from plans where id = ${id}`)
  const locked = rowsOf(sql`select from plans where id = ${id} for update`)
  const [seen] = await inTransaction(databases.database.scoped(scoped.scope), async (holder) => {
    await sql`update plans set name = 'Renamed' where id = ${id}`.execute(holder.db)
    const waiting = inTransaction(scoped, (transaction) => together(transaction, locked, name))
    await waitForLock(databases.ownerUrl)
    return [waiting]
  })
  expect((await seen)?.[1]).toEqual([{ name: 'Renamed' }])
})
