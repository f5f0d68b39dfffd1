import { createTestDatabase, insertMonthlySubscriptions, type TestDatabase } from '@flexprice/testing'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readWrittenInvoices } from '../calculations/written-drafts.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertCustomer } from '../customers/customers.ts'
import { addPlan, daysFromNow, now } from '../testing/catalog-rows.ts'
import { replaceDrafts, writeDrafts } from './draft-invoices.ts'
import { finalizeInvoices } from './finalize-invoices.ts'
import type { NewInvoice } from './invoice-writes.ts'

/** More pages than PostgreSQL needs to keep one plan for all of them. */
const pages = 16
const rowsPerPage = 100
/** Of one invoice through all its statements; a statement that read all invoices would come to thousands. */
const readsPerRowMax = 20

let databases: TestDatabase
let scoped: Scoped
let customerId: string
let subscriptionIds: string[]

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant()
  const { id: planId } = await addPlan(scoped)
  customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
  subscriptionIds = await insertMonthlySubscriptions(scoped, {
    planId,
    customerId,
    count: pages * rowsPerPage,
  })
  await sql`insert into invoices (id, environment_id, customer_id, subscription_id, invoice_type, billing_reason,
      invoice_status, payment_status, billing_sequence, currency, period_start, period_end, subtotal, total, amount_due,
      created_at, updated_at, created_by, updated_by)
    select 'inv_0' || id, environment_id, customer_id, id, 'SUBSCRIPTION', 'SUBSCRIPTION_CREATE', 'SKIPPED', 'SUCCEEDED',
      1, currency, start_date, start_date, 0, 0, 0, ${now}, ${now}, 'u', 'u' from subscriptions`.execute(
    scoped.db,
  )
})
afterAll(() => databases[Symbol.asyncDispose]())

function draft(subscriptionId: string, start: Date): NewInvoice {
  const period = { period_start: start, period_end: daysFromNow(62) }
  return {
    invoice: {
      ...{ id: newId('invoice'), customer_id: customerId, subscription_id: subscriptionId, currency: 'usd' },
      ...{ invoice_type: 'SUBSCRIPTION', billing_reason: 'SUBSCRIPTION_CYCLE', request_key: '' },
      ...{ invoice_status: 'DRAFT', payment_status: 'PENDING', description: '', ...period },
      ...{
        subtotal: '0',
        total_discount: '0',
        total_tax: '0',
        total_prepaid_credits_applied: '0',
        total: '0',
      },
      ...{ adjustment_amount: '0', amount_paid: '0', amount_due: '0', issue_date: null, due_date: null },
      ...{ finalized_at: null, paid_at: null, voided_at: null, last_computed_at: now, finalize_at: null },
      ...{ billing_period: 'MONTHLY', billing_period_count: 1, billing_anchor: now, timezone: 'UTC' },
    },
    lines: [],
  }
}

/** Rows and index entries of invoices that the connection has read, as far as it has not told yet. */
async function readsOf(transaction: Scoped): Promise<number> {
  const { rows } = await sql<{ reads: number }>`
    select (sum(pg_stat_get_xact_tuples_returned(indexrelid))
      + max(pg_stat_get_xact_tuples_returned(indrelid)))::bigint as reads
    from pg_index where indrelid = 'invoices'::regclass`.execute(transaction.db)
  return rows[0]?.reads ?? Number.NaN
}

test('a page costs its own invoices, however many there are that PostgreSQL has no statistics of yet', async () => {
  const reads: number[] = []
  for (let page = 0; page < pages; page++) {
    const drafts = subscriptionIds
      .slice(page * rowsPerPage, (page + 1) * rowsPerPage)
      .map((id) => draft(id, now))
    await inTransaction(scoped, async (transaction) => {
      const before = await readsOf(transaction)
      await writeDrafts(transaction, drafts, now)
      const identities = drafts.map(({ invoice }) => ({
        ...invoice,
        subscription_id: invoice.subscription_id ?? '',
        isBilled: true,
      }))
      await readWrittenInvoices(transaction, identities, { lock: true })
      await replaceDrafts(
        transaction,
        drafts.map((one) => ({ draft: one, invoiceId: one.invoice.id })),
        now,
      )
      const closing = drafts.map(({ invoice }) => ({ ...invoice, dueDate: null, seenBy: null }))
      const next = subscriptionIds
        .slice(page * rowsPerPage, (page + 1) * rowsPerPage)
        .map((id) => draft(id, daysFromNow(31)))
      const unwritten = next.map((one) => ({ ...one.invoice, dueDate: null, seenBy: null, unwritten: one }))
      await finalizeInvoices(transaction, [...closing, ...unwritten], now)
      reads.push((await readsOf(transaction)) - before)
    })
  }
  expect(Math.max(...reads)).toBeLessThan(rowsPerPage * readsPerRowMax)
  expect(Math.min(...reads)).toBeGreaterThan(rowsPerPage)
})
