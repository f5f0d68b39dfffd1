import { assert } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { historyRow } from './draft-invoices.ts'
import { takeInvoiceNumbers } from './invoice-numbers.ts'
import type { InvoiceRow } from './invoices.ts'

/** A draft that is closed, with the sums that it has by now. */
export interface ClosingInvoice
  extends Pick<InvoiceRow, 'id' | 'billing_reason' | 'subtotal' | 'amount_due'> {
  readonly dueDate: Date | null
  /** What its rating saw of the events, a `pg_snapshot`: the rest is late from here on. Null without usage. */
  readonly seenBy: string | null
}

export type ClosedStatus = 'FINALIZED' | 'SKIPPED'

/**
 * The one way to close invoices (billing rules, section 5): FINALIZED with the next numbers, in the order given, or
 * SKIPPED when there is nothing to bill. The caller holds the drafts and has just rated them, in its transaction:
 * a fixed number of statements, however many they are. Nothing to pay counts as paid.
 *
 * @returns what became of each, in the order given
 */
export async function finalizeInvoices(
  scoped: Scoped,
  invoices: readonly ClosingInvoice[],
  now: Date,
): Promise<readonly ClosedStatus[]> {
  assert(scoped.db.isTransaction, 'invoices are closed with what they were rated from held')
  if (invoices.length === 0) return []
  const statuses = invoices.map(closedStatus)
  const history = insertRecords(
    'invoice_history',
    invoices.flatMap((invoice, index) => becomes(scoped, invoice, statuses[index], now)),
  )
  // Last but for the rows that get them, as the counter's row is held from here on.
  const count = statuses.filter((status) => status === 'FINALIZED').length
  const numbers = await takeInvoiceNumbers(scoped, { count, finalizedAt: now })
  let taken = 0
  const closed = invoices.map(({ id, amount_due, dueDate, seenBy }, index) => {
    const isFinal = statuses[index] === 'FINALIZED'
    const isPaid = isNothing(amount_due)
    const row = {
      invoice_status: statuses[index],
      invoice_number: isFinal ? numbers[taken++] : null,
      payment_status: isPaid ? 'SUCCEEDED' : 'PENDING',
      due_date: isFinal ? dueDate : null,
      finalized_at: isFinal ? now : null,
      paid_at: isFinal && isPaid ? now : null,
      usage_snapshot: seenBy,
    }
    return [id, row] as const
  })
  const { updated_at, updated_by } = change(scoped.scope, now)
  // Each looks its values up by its id: a join's plan, made while statistics still call the table empty, reads all
  // of an environment's invoices, and all values for each of them.
  const { rows } = await sql<{ closed: number }>`
    with history as (${history}), closed as (
      update invoices i set (invoice_status, invoice_number, payment_status, issue_date, due_date, finalized_at,
          paid_at, usage_snapshot) = (
        select invoice_status, invoice_number, payment_status, coalesce(i.issue_date, finalized_at), due_date, finalized_at,
          paid_at, usage_snapshot
        from jsonb_to_record(${JSON.stringify(Object.fromEntries(closed))}::jsonb -> i.id) as c (invoice_status text,
          invoice_number text, payment_status text, due_date timestamptz, finalized_at timestamptz,
          paid_at timestamptz, usage_snapshot pg_snapshot)),
        finalize_at = null, version = i.version + 1, updated_at = ${updated_at}, updated_by = ${updated_by}
      where i.environment_id = ${scoped.scope.environmentId} and i.invoice_status = 'DRAFT'
        and i.id = any (${invoices.map(({ id }) => id)}::text[])
      returning i.id
    ) select count(*) as closed from closed`.execute(scoped.db)
  assert(rows[0]?.closed === invoices.length, 'every draft that is held is still one')
  return statuses
}

/** Nothing to bill is skipped; as a trial begins, the invoice of nothing is what tells of it (billing rules, section 7). */
function closedStatus({ billing_reason, subtotal }: ClosingInvoice): ClosedStatus {
  if (billing_reason === 'SUBSCRIPTION_TRIAL_START') return 'FINALIZED'
  return isPositive(readDecimal(subtotal)) ? 'FINALIZED' : 'SKIPPED'
}

/** The rows of its history: it is closed, and with nothing to pay it is paid. */
function becomes(
  scoped: Scoped,
  { id: invoiceId, amount_due }: ClosingInvoice,
  to: ClosedStatus | undefined,
  now: Date,
) {
  assert(to, 'each invoice has a status')
  const reason = to === 'SKIPPED' ? 'nothing to bill' : 'finalized'
  const closed = { invoiceId, field: 'invoice_status', from: 'DRAFT', to, reason, now } as const
  const paid = {
    ...closed,
    field: 'payment_status',
    from: 'PENDING',
    to: 'SUCCEEDED',
    reason: 'nothing to pay',
  } as const
  return (isNothing(amount_due) ? [closed, paid] : [closed]).map((one) => historyRow(scoped, one))
}

function isNothing(amount: string): boolean {
  return !isPositive(readDecimal(amount))
}
