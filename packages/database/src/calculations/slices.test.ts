import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { slicesOf } from './slices.ts'

let databases: TestDatabase
beforeAll(async () => {
  databases = await createTestDatabase()
})
afterAll(() => databases[Symbol.asyncDispose]())

test.each([
  { rows: 0, slicesMax: 16, slices: 2 },
  { rows: 3, slicesMax: 16, slices: 2 },
  { rows: 3, slicesMax: 1, slices: 1 },
  { rows: 1_001, slicesMax: 16, slices: 3 },
  { rows: 100_000, slicesMax: 16, slices: 16 },
])('$rows rows are cut into $slices of at most $slicesMax slices', async ({ rows, slicesMax, slices }) => {
  const scoped = await databases.newTenant()
  const counted = slicesOf(sql`select from generate_series(1, ${sql.lit(rows)})`, slicesMax)
  const { rows: answers } = await sql<{ slices: number }>`select ${counted} as slices`.execute(scoped.db)
  expect(answers).toEqual([{ slices }])
})
