import { createTestDatabase, type TestDatabase } from '@flexprice/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { insertCustomer } from '../customers/customers.ts'
import { addPlan, addSubscription, daysFromNow, now } from '../testing/catalog-rows.ts'
import { type Charge, newInvoice } from '../testing/invoice-rows.ts'
import { finalizeInvoices } from './finalize-invoices.ts'
import { summarizeInvoices } from './invoice-summary.ts'
import { insertInvoices, type NewInvoice } from './invoice-writes.ts'
import { listInvoiceLineItems, searchInvoices } from './invoices.ts'

let databases: TestDatabase
let scoped: Scoped
let customerId: string

beforeAll(async () => {
  databases = await createTestDatabase()
  scoped = await databases.newTenant({ clockAt: now })
  customerId = (await insertCustomer(scoped, { external_id: 'ada', name: 'Ada' }, now)).id
  const fixed = (amount: string): Charge => ({ type: 'FIXED', amount })
  const usage = (amount: string): Charge => ({ type: 'USAGE', amount })
  const invoices = [
    invoice('usd', [fixed('10.1'), usage('2.2')], { due_date: daysFromNow(-1) }),
    invoice('usd', [fixed('5')], { due_date: daysFromNow(1), amount_paid: '3' }),
    invoice('usd', [usage('7')], { due_date: daysFromNow(-9), amount_paid: '9' }),
    invoice('jpy', [fixed('300')], { due_date: null }),
    // The last one stays a draft.
    invoice('usd', [fixed('999')], { due_date: daysFromNow(-1) }),
  ]
  await inTransaction(scoped, async (transaction) => {
    await insertInvoices(transaction, invoices, now)
    const closing = invoices.slice(0, -1).map(({ invoice }) => invoice)
    await finalizeInvoices(
      transaction,
      closing.map((one) => ({ ...one, dueDate: one.due_date, seenBy: null })),
      now,
    )
  })
  await scoped.db.insertInto('invoices').values(voided()).execute()
})
afterAll(() => databases[Symbol.asyncDispose]())

function invoice(
  currency: string,
  charges: readonly Charge[],
  changes: Partial<NewInvoice['invoice']> = {},
): NewInvoice {
  return newInvoice(currency, charges, { customer_id: customerId, ...changes })
}

function voided() {
  const { environmentId: environment_id, userId } = scoped.scope
  return {
    id: newId('invoice'),
    environment_id,
    customer_id: customerId,
    currency: 'eur',
    invoice_type: 'ONE_OFF',
    billing_reason: 'MANUAL',
    invoice_status: 'VOIDED',
    payment_status: 'VOIDED',
    subtotal: '8',
    total: '8',
    amount_due: '8',
    voided_at: now,
    created_at: now,
    updated_at: now,
    created_by: userId,
    updated_by: userId,
  } as const
}

test('the invoices of a subscription are counted from one, in the order that they are made', async () => {
  const other = await databases.newTenant({ clockAt: now })
  const plan = await addPlan(other)
  const one = await addSubscription(other, { plan_id: plan.id })
  const two = await addSubscription(other, { plan_id: plan.id })
  const of = ({ id, customer_id }: typeof one, request_key: string) =>
    invoice('usd', [], { subscription_id: id, customer_id, request_key })
  const insert = (invoices: readonly NewInvoice[]) =>
    inTransaction(other, (transaction) => insertInvoices(transaction, invoices, now))
  await insert([of(one, 'a')])
  await insert([
    of(one, 'b'),
    of(two, 'c'),
    of(one, 'd'),
    invoice('usd', [], { customer_id: one.customer_id }),
  ])
  const rows = await other.db
    .selectFrom('invoices')
    .select(['request_key', 'subscription_id', 'billing_sequence'])
    .orderBy('id')
    .execute()
  expect(rows).toMatchObject([
    { request_key: 'a', billing_sequence: 1 },
    { request_key: 'b', billing_sequence: 2 },
    { request_key: 'c', billing_sequence: 1 },
    { request_key: 'd', billing_sequence: 3 },
    { subscription_id: null, billing_sequence: null },
  ])
})

test('a customer’s summary is by currency, of finalized invoices only, the newest one’s first', async () => {
  const summaries = await summarizeInvoices(scoped, { customerId, now })
  const numbers = summaries.map(({ currency, ...rest }) => [
    currency,
    ...Object.values(rest).map((value) => Number(value)),
  ])
  // Finalized, unpaid, overdue: counts; revenue, unpaid, overdue: sums; fixed and usage of the unpaid ones.
  expect(numbers).toEqual([
    ['jpy', 1, 1, 0, 300, 300, 0, 300, 0],
    ['usd', 3, 2, 1, 24.3, 14.3, 12.3, 15.1, 2.2],
  ])
  expect(await summarizeInvoices(await databases.newTenant(), { customerId, now })).toEqual([])
})

test('what is due stays as it is paid; what remains and what was paid too much follow', async () => {
  const rows = await scoped.db
    .selectFrom('invoices')
    .select(['amount_due', 'amount_paid', 'amount_remaining', 'overpaid_amount'])
    .where('amount_paid', '>', '0')
    .orderBy('id')
    .execute()
  expect(rows.map((row) => Object.values(row).map(Number))).toEqual([
    [5, 3, 2, 0],
    [7, 9, 0, 2],
  ])
})

test('an invoice is overdue from the instant after it was due', async () => {
  const overdueAt = async (at: Date) =>
    (await summarizeInvoices(scoped, { customerId, now: at })).find(({ currency }) => currency === 'usd')
  expect(await overdueAt(daysFromNow(-1))).toMatchObject({ overdueCount: 0 })
  expect(await overdueAt(daysFromNow(2))).toMatchObject({ overdueCount: 2 })
})

test.each([
  ['every one', {}, 6],
  ['of an external id', { external_customer_id: 'ada' }, 6],
  ['of another external id', { external_customer_id: 'eve' }, 0],
  ['of subscriptions of a customer', { subscription_customer_id: ['cust_x'] }, 0],
  ['with some states', { invoice_status: ['DRAFT', 'VOIDED'] }, 2],
  ['of no state', { invoice_status: [] }, 0],
  ['that are due more', { amount_due_gt: '5', invoice_status: ['FINALIZED'] }, 3],
  ['that have more left', { amount_remaining_gt: '1.99', invoice_status: ['FINALIZED'] }, 3],
  ['finalized from an instant', { finalized_at_gte: now }, 4],
  ['finalized later', { finalized_at_gte: daysFromNow(1) }, 0],
  ['voided from an instant', { voided_at_gte: now }, 1],
  ['with a period from and up to', { period_start_gte: now, period_end_lte: daysFromNow(31) }, 5],
  ['with an earlier period', { period_start_lte: daysFromNow(-1) }, 0],
  ['with a later period', { period_end_gte: daysFromNow(32) }, 0],
  ['by a free filter', { filters: [{ field: 'total', operator: 'gte', value: { number: '300' } }] }, 2],
] as const)('a search finds those %s', async (_what, search, total) => {
  expect(await searchInvoices(scoped, search, now)).toMatchObject({ total })
})

test('pages by an amount neither overlap nor leave a gap', async () => {
  const sort = [{ field: 'total', direction: 'desc' }] as const
  const pages = await Promise.all(
    [0, 2, 4].map((offset) => searchInvoices(scoped, { sort, limit: 2, offset }, now)),
  )
  const totals = pages.flatMap(({ items }) => items.map((row) => Number(row.total)))
  expect(totals).toEqual([999, 300, 12.3, 8, 7, 5])
})

test('lines come for the invoices asked for, in the order of their making', async () => {
  const { items } = await searchInvoices(scoped, { order: 'asc', limit: 1 }, now)
  const lines = await listInvoiceLineItems(
    scoped,
    items.map(({ id }) => id),
  )
  expect(lines.map(({ price_type }) => price_type)).toEqual(['FIXED', 'USAGE'])
  expect(await listInvoiceLineItems(scoped, ['inv_none'])).toEqual([])
})
