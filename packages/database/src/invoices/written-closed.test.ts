import { createTestDatabase } from '@flexprice/testing'
import { expect, test } from 'vitest'
import { inTransaction } from '../connection/connection.ts'
import { insertCustomer } from '../customers/customers.ts'
import { daysFromNow, now } from '../testing/catalog-rows.ts'
import { newInvoice } from '../testing/invoice-rows.ts'
import { finalizeInvoices } from './finalize-invoices.ts'
import { insertInvoices, type NewInvoice } from './invoice-writes.ts'
import { listInvoiceLineItems } from './invoices.ts'

test('an invoice that is written closed is one that was a draft first; numbers go on in the order given', async () => {
  await using databases = await createTestDatabase()
  const other = await databases.newTenant({ clockAt: now })
  const { id: customer_id } = await insertCustomer(other, { external_id: 'bob', name: 'Bob' }, now)
  const of = (amount: string, request_key: string) =>
    newInvoice('usd', [{ type: 'USAGE', amount }], { customer_id, request_key })
  const free = newInvoice('usd', [], { customer_id, request_key: 'free' })
  const [first, draft, last] = [of('3', 'first'), of('4', 'draft'), of('5', 'last')]
  const dueDate = daysFromNow(30)
  const closing = (unwritten: NewInvoice) => ({ ...unwritten.invoice, dueDate, seenBy: '3:9:4,6', unwritten })
  const closings = [closing(first), { ...closing(draft), unwritten: undefined }, closing(free), closing(last)]
  const statuses = await inTransaction(other, async (transaction) => {
    await insertInvoices(transaction, [draft], now)
    return finalizeInvoices(transaction, closings, now)
  })
  expect(statuses).toEqual(['FINALIZED', 'FINALIZED', 'SKIPPED', 'FINALIZED'])
  const rows = await other.db.selectFrom('invoices').selectAll().orderBy('id').execute()
  const month = now.toISOString().slice(0, 7).replace('-', '')
  const byKey = new Map(rows.map((row) => [row.request_key, row]))
  const numbers = ['first', 'draft', 'free', 'last'].map((key) => byKey.get(key)?.invoice_number)
  expect(numbers).toEqual([`INV-${month}-000001`, `INV-${month}-000002`, null, `INV-${month}-000003`])
  const common = ({ id, request_key, invoice_number, version, ...row }: (typeof rows)[number]) => {
    const { subtotal, total, amount_due, amount_remaining, ...same } = row
    return same
  }
  const closed = rows.filter(({ invoice_status }) => invoice_status === 'FINALIZED').map(common)
  expect(closed).toMatchObject([{ due_date: dueDate, issue_date: now, usage_snapshot: '3:9:4,6' }, {}, {}])
  expect(new Set(closed.map((row) => JSON.stringify(row))).size).toBe(1)
  expect(byKey.get('free')).toMatchObject({ finalized_at: null, issue_date: null, due_date: null })
  const history = await other.db.selectFrom('invoice_history').selectAll().orderBy('id').execute()
  const changes = history.map(({ invoice_id, from_value, to_value }) => [invoice_id, from_value, to_value])
  expect(changes.toSorted()).toEqual(
    [first, draft, free, last]
      .flatMap(({ invoice: { id } }) => [
        [id, null, 'DRAFT'],
        [id, 'DRAFT', id === free.invoice.id ? 'SKIPPED' : 'FINALIZED'],
      ])
      .concat([[free.invoice.id, 'PENDING', 'SUCCEEDED']])
      .toSorted(),
  )
  expect(await listInvoiceLineItems(other, [first.invoice.id, last.invoice.id])).toHaveLength(2)
})
