import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { addPlan } from '../testing/catalog-rows.ts'
import { createDatabase, type Database, inTransaction, type Scoped } from './connection.ts'

let databases: TestDatabase
let database: Database
beforeAll(async () => {
  databases = await createTestDatabase()
  database = createDatabase({ url: databases.appUrl, applicationName: 'one', poolSizeMax: 1 })
})
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await databases[Symbol.asyncDispose]()
})

async function newHandle(): Promise<Scoped> {
  return database.scoped((await databases.newTenant()).scope)
}

async function plansSeen(scoped: Scoped): Promise<string[]> {
  const rows = await scoped.db.selectFrom('plans').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}

type Use = 'read' | 'write' | 'transaction' | 'rollback' | 'failing statement' | 'failing transaction'
const uses = ['read', 'write', 'transaction', 'rollback', 'failing statement', 'failing transaction'] as const

/** @returns the plans that were made, and the ones that were seen meanwhile */
async function use(scoped: Scoped, kind: Use): Promise<{ made: string[]; seen: string[] }> {
  switch (kind) {
    case 'read':
      return { made: [], seen: await plansSeen(scoped) }
    case 'write':
      return { made: [(await addPlan(scoped)).id], seen: [] }
    case 'transaction':
      return inTransaction(scoped, async (transaction) => {
        const made = [(await addPlan(transaction)).id]
        return { made, seen: await plansSeen(transaction) }
      })
    case 'failing statement':
      await expect(sql`select 1 / 0`.execute(scoped.db)).rejects.toMatchObject({ code: '22012' })
      return { made: [], seen: await plansSeen(scoped) }
    default: {
      let seen: string[] = []
      const work = inTransaction(scoped, async (transaction) => {
        await addPlan(transaction)
        seen = (await plansSeen(transaction)).slice(0, -1)
        if (kind === 'rollback') throw new Error('changed its mind')
        await sql`select 1 / 0`.execute(transaction.db)
      })
      await expect(work).rejects.toThrow()
      return { made: [], seen }
    }
  }
}

test('environments that take turns on one connection never see or write each other’s rows', async () => {
  const turn = fc.record({ who: fc.nat({ max: 2 }), kind: fc.constantFrom(...uses) })
  await fc.assert(
    fc.asyncProperty(fc.array(turn, { minLength: 20, maxLength: 60, size: 'max' }), async (turns) => {
      const handles = [await newHandle(), await newHandle(), await newHandle()]
      const made = handles.map((): Set<string> => new Set())
      await Promise.all(
        turns.map(async ({ who, kind }) => {
          const [handle, own] = [handles[who], made[who]]
          if (!handle || !own) throw new Error('one of three')
          const result = await use(handle, kind)
          for (const id of result.made) own.add(id)
          // Plans of a write that has committed, but has not reported yet, are the handle's own too.
          for (const id of result.seen) expect(await plansSeen(handle)).toContain(id)
        }),
      )
      for (const [who, handle] of handles.entries()) {
        expect(await plansSeen(handle)).toEqual([...(made[who] ?? [])].toSorted())
      }
      expect(database.poolStats()).toMatchObject({ total: 1, waiting: 0 })
    }),
    { numRuns: 6, seed: 20_260_315 },
  )
})

test('a handle made anew for the same scope, or of the same environment for another user, is that scope’s', async () => {
  const { scope } = await newHandle()
  const first = database.scoped(scope)
  const { id } = await addPlan(first)
  const other = database.scoped({ ...scope, userId: 'user_other' })
  expect(other.db).toBe(first.db)
  expect(await addPlan(other)).toMatchObject({ created_by: 'user_other' })
  expect(await plansSeen(other)).toContain(id)
})

test('a scope that names another tenant’s environment sees nothing of the tenant', async () => {
  const theirs = await newHandle()
  const ours = await newHandle()
  const mixed = database.scoped({ ...ours.scope, environmentId: theirs.scope.environmentId })
  expect(await mixed.db.selectFrom('environments').select('id').execute()).toEqual([
    { id: ours.scope.environmentId },
  ])
  expect(await mixed.db.selectFrom('api_keys').select('id').execute()).toEqual([])
})

test('more handles than are kept still work', async () => {
  const own = await newHandle()
  const { id } = await addPlan(own)
  for (let made = 0; made < 1_100; made++) {
    database.scoped({ ...own.scope, environmentId: `env_${made}` })
  }
  expect(await plansSeen(own)).toEqual([id])
  expect(await plansSeen(database.scoped(own.scope))).toEqual([id])
})
