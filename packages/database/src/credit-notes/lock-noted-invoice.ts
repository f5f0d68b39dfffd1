import { assert, CodedError, notFound } from '@flexprice/domain'
import type { OpenInvoice } from '@flexprice/domain/invoice'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type InvoiceRow, lockSubscriptionOf } from '../invoices/index.ts'

/** What is held for a note until the transaction ends. */
export interface HeldForNote {
  readonly invoice: InvoiceRow
  /** What it may lower: its own invoice and the others of its subscription of which something remains, oldest first. */
  readonly open: readonly OpenInvoice[]
}

/**
 * Holds an invoice, and all that a note on it may lower, in the one order of locks: the subscription, then the invoices
 * by their ids. So ten notes at once add up, also beside late usage's credits and payments.
 *
 * @throws not_found
 */
export async function lockNotedInvoice(scoped: Scoped, id: string): Promise<HeldForNote> {
  assert(scoped.db.isTransaction, 'invoices are held in a transaction')
  await lockSubscriptionOf(scoped, id)
  const { rows } = await sql<InvoiceRow>`
    select * from invoices
    where environment_id = ${scoped.scope.environmentId} and status <> 'deleted' and (id = ${id} or id in (
      select other.id from invoices own
      join invoices other on other.environment_id = own.environment_id and other.subscription_id = own.subscription_id
      where own.environment_id = ${scoped.scope.environmentId} and own.id = ${id}
        and other.invoice_status = 'FINALIZED' and other.amount_remaining > 0))
    order by id for update`.execute(scoped.db)
  const invoice = rows.find((row) => row.id === id)
  if (!invoice) throw notFound('Invoice', id)
  const open = rows
    .filter(({ invoice_status }) => invoice_status === 'FINALIZED')
    .map((row) => ({ id: row.id, remaining: readDecimal(row.amount_remaining) }))
  return { invoice, open }
}

/** @throws state_conflict for an invoice that was not billed, or not for good; or that buys credits which wait for it */
export function refuseUncreditable({
  id,
  invoice_status: status,
  invoice_type,
  amount_remaining,
}: Pick<InvoiceRow, 'id' | 'invoice_status' | 'invoice_type' | 'amount_remaining'>): void {
  if (invoice_type === 'CREDIT' && status === 'FINALIZED' && isPositive(readDecimal(amount_remaining))) {
    const why = `Invoice ${id} buys credits and is not paid: void it, and buy as many as are wanted`
    throw new CodedError('state_conflict', why, { details: { invoice_type } })
  }
  if (status === 'FINALIZED') return
  const message = `Invoice ${id} is ${status}: only a FINALIZED one is credited`
  throw new CodedError('state_conflict', message, { details: { invoice_status: status } })
}
