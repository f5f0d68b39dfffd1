import { readDecimal } from '@flexprice/domain/money'
import { createTestDatabase, insertMonthlySubscriptions, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readBilledTime } from '../changes/billed-time.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { together } from '../connection/together.ts'
import { insertCustomer } from '../customers/customers.ts'
import { finalizeInvoices } from '../invoices/finalize-invoices.ts'
import { addPlan, now } from '../testing/catalog-rows.ts'
import { newInvoice } from '../testing/invoice-rows.ts'
import { lineCredits, type NewLineCredit } from './line-credits.ts'

/** More pages than PostgreSQL needs to keep one plan for all of them. */
const pages = 12
const rowsPerPage = 100
/** Of one line through both statements; one that read an environment's invoices for each would come to thousands. */
const readsPerRowMax = 25
const tables = [
  ...['invoices', 'invoice_line_items', 'line_credits', 'late_credits'],
  ...['credit_notes', 'credit_note_line_items', 'subscription_changes'],
]

let databases: TestDatabase
let scoped: Scoped
let customerId: string
let subscriptionIds: readonly string[]

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant()
  const { id: planId } = await addPlan(scoped)
  customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
  const count = pages * rowsPerPage
  subscriptionIds = await insertMonthlySubscriptions(scoped, { planId, customerId, count })
})
afterAll(() => databases[Symbol.asyncDispose]())

/** Rows and index entries that the connection has read, as far as it has not told yet. */
async function readsOf(transaction: Scoped): Promise<number> {
  const { rows } = await sql<{ reads: number }>`
    select sum(pg_stat_get_xact_tuples_returned(c.oid))::bigint as reads from pg_class c
    left join pg_index i on i.indexrelid = c.oid left join pg_class t on t.oid = i.indrelid
    where coalesce(t.relname, c.relname) = any (${tables}::text[])`.execute(transaction.db)
  return rows[0]?.reads ?? Number.NaN
}

/** An invoice of 10 for each. */
async function bill(transaction: Scoped, ids: readonly string[]) {
  const invoices = ids.map((subscription_id) =>
    newInvoice('usd', [{ type: 'FIXED', amount: '10' }], {
      ...{ customer_id: customerId, subscription_id, invoice_type: 'SUBSCRIPTION', request_key: '' },
      billing_reason: 'SUBSCRIPTION_CYCLE',
    }),
  )
  const lines = invoices.map(({ invoice, lines: [line] }) => {
    if (!line) throw new Error('of one line')
    return { invoice, line: { ...line, subscription_line_item_id: `line of ${invoice.subscription_id}` } }
  })
  const closing = lines.map(({ invoice, line }) => ({
    ...{ ...invoice, dueDate: null, seenBy: null, unwritten: { invoice, lines: [line] } },
  }))
  await finalizeInvoices(transaction, closing, now)
  return lines
}

function halfOf({ invoice, line }: Awaited<ReturnType<typeof bill>>[number]): NewLineCredit {
  return {
    ...{ subscriptionId: invoice.subscription_id ?? '', invoiceId: invoice.id, currency: 'usd' },
    ...{ lineId: line.id, firstLineId: line.id, sourceId: `change of ${invoice.subscription_id}` },
    ...{ amount: readDecimal('5'), discount: readDecimal('0'), tax: readDecimal('0') },
    ...{ netted: readDecimal('5'), target: 'PREPAID_WALLET', reason: 'ORDER_CHANGE' },
  }
}

test('a page of credits costs its own lines, however many there are that PostgreSQL has no statistics of yet', async () => {
  const reads: number[] = []
  for (let page = 0; page < pages; page++) {
    const ids = subscriptionIds.slice(page * rowsPerPage, (page + 1) * rowsPerPage)
    await inTransaction(scoped, async (transaction) => {
      const billed = await bill(transaction, ids)
      const before = await readsOf(transaction)
      const { kept } = lineCredits(transaction, billed.map(halfOf), now)
      await together(transaction, ...kept)
      const lineIds = billed.map(({ line }) => line.subscription_line_item_id)
      const times = await readBilledTime(transaction, lineIds, now)
      reads.push((await readsOf(transaction)) - before)
      expect(times.map(({ billed: of, credited }) => of.minus(credited).toFixed())).toEqual(
        ids.map(() => '5'),
      )
    })
  }
  expect(Math.max(...reads), reads.join(' ')).toBeLessThan(rowsPerPage * readsPerRowMax)
  expect(Math.min(...reads)).toBeGreaterThan(rowsPerPage)
})
