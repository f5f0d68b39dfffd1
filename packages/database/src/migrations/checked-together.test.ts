import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTransaction, newId, type Scoped } from '../connection/index.ts'
import { insertCustomer } from '../customers/customers.ts'
import { insertInvoices } from '../invoices/invoice-writes.ts'
import { now } from '../testing/catalog-rows.ts'
import { newInvoice } from '../testing/invoice-rows.ts'
import { addCredit, addWallet, billOf, payBillsOf } from '../testing/wallet-rows.ts'

/** Rows that refer to what they are checked against all at once: what a foreign key would do (decision 59). */
let databases: TestDatabase
let scoped: Scoped
let theirs: Scoped

beforeAll(async () => {
  databases = await createTestDatabase()
  ;[scoped, theirs] = [await databases.newTenant(), await databases.newTenant()]
  for (const one of [scoped, theirs]) {
    const { id } = await insertCustomer(one, { external_id: 'ada', name: 'Ada' }, now)
    const invoice = newInvoice('usd', [{ type: 'FIXED', amount: '5' }], { customer_id: id })
    await inTransaction(one, (transaction) => insertInvoices(transaction, [invoice], now))
    const wallet = await addWallet(one, { customer_id: id })
    await addCredit(one, wallet.id, '9')
    await inTransaction(one, (transaction) => payBillsOf(transaction, [billOf(id, '5')], now))
  }
})
afterAll(() => databases[Symbol.asyncDispose]())

const tables = [
  ['invoice_line_items', 'invoice_id', 'invoices'],
  ['invoice_history', 'invoice_id', 'invoices'],
  ['wallet_transactions', 'wallet_id', 'wallets'],
  ['wallet_consumptions', 'transaction_id', 'wallet_transactions'],
  ['wallet_consumptions', 'credit_transaction_id', 'wallet_transactions'],
] as const

const refused = { code: 'constraint_violated' }

/** Its first row twice more in one statement, once as it is and once with another reference; else with keys of their own. */
async function copyFirst(table: string, column: string, reference: string): Promise<void> {
  const keys: Record<string, string[]> = {
    wallet_transactions: ['id', 'idempotency_key', 'position'],
    wallet_consumptions: [],
  }
  const fresh = (keys[table] ?? ['id']).filter((key) => key !== column)
  const { rows } = await sql<{ columns: string[] }>`
    select array_agg(attname::text order by attnum) as columns from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`.execute(
    scoped.db,
  )
  const columns = rows[0]?.columns ?? []
  const value = (name: string) => {
    if (name === column) return sql`case n when 1 then ${sql.ref(name)} else ${reference} end`
    if (name === 'position') return sql`1000 + n`
    return fresh.includes(name) ? sql`${newId('invoice')} || n` : sql.ref(name)
  }
  await sql`insert into ${sql.table(table)} (${sql.join(columns.map(sql.ref))})
    select ${sql.join(columns.map(value))} from (select * from ${sql.table(table)} limit 1) first,
      generate_series(${table === 'wallet_consumptions' ? 2 : 1}::integer, 2) n`.execute(scoped.db)
}

describe.each(tables)('a row of %s', (table, column, referred) => {
  test(`is refused where its ${column} is of no row, also beside one that is right`, async () => {
    await expect(copyFirst(table, column, 'none')).rejects.toMatchObject(refused)
  })

  test(`is refused where its ${column} is another environment's`, async () => {
    const { rows } = await sql<{ id: string }>`select id from ${sql.table(referred)}`.execute(theirs.db)
    await expect(copyFirst(table, column, rows[0]?.id ?? '')).rejects.toMatchObject(refused)
  })

  test(`keeps its ${column}`, async () => {
    const moved = sql`update ${sql.table(table)} set ${sql.ref(column)} = ${sql.ref(column)} || 'x'`
    await expect(moved.execute(scoped.db)).rejects.toMatchObject(refused)
  })
})

test.each(['invoices', 'wallets', 'wallet_transactions'])(
  'what others refer to, of %s, is there for ever and keeps its id',
  async (table) => {
    await expect(sql`delete from ${sql.table(table)}`.execute(scoped.db)).rejects.toMatchObject(refused)
    const renamed = sql`update ${sql.table(table)} set id = id || 'x'`
    await expect(renamed.execute(scoped.db)).rejects.toMatchObject(refused)
  },
)
