import { CodedError, notFound } from '@flexprice/domain'
import { createTestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, expect, test } from 'vitest'
import { inTransaction } from './connection.ts'
import { takeBackOneByOne } from './taken-back.ts'

const stack = await createTestDatabase()
afterAll(() => stack[Symbol.asyncDispose]())

test('what is refused stays with its reason, what is gone is passed over, and the rest goes', async () => {
  const scoped = await stack.newTenant()
  const taken = await inTransaction(scoped, async (transaction) => {
    const outcome = await takeBackOneByOne(transaction, ['gone', 'used', 'free'], async (id) => {
      if (id === 'gone') throw notFound('Feature', id)
      await sql`select set_config('test.touched', ${id}, true)`.execute(transaction.db)
      if (id === 'used') throw new CodedError('in_use', 'it is used')
    })
    const touched = await sql<{ id: string }>`select current_setting('test.touched') as id`.execute(
      transaction.db,
    )
    return { ...outcome, touched: touched.rows }
  })
  expect(taken).toMatchObject({ deleted: ['free'], touched: [{ id: 'free' }] })
  expect([...taken.refused].map(([id, { code }]) => [id, code])).toEqual([['used', 'in_use']])
})

test('what is no refusal ends it', async () => {
  const scoped = await stack.newTenant()
  const away = new CodedError('service_unavailable', 'for a while')
  const taking = inTransaction(scoped, (transaction) =>
    takeBackOneByOne(transaction, ['one'], async () => {
      throw away
    }),
  )
  await expect(taking).rejects.toBe(away)
})
