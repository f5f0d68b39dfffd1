import { assert, CodedError, notFound } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { historyRow } from './draft-invoices.ts'
import { takeInvoiceNumbers } from './invoice-numbers.ts'
import type { InvoiceRow } from './invoices.ts'

/** Holds an invoice until the caller's transaction ends. @throws not_found */
export async function lockInvoice(scoped: Scoped, id: string): Promise<InvoiceRow> {
  assert(scoped.db.isTransaction, 'an invoice is held in a transaction')
  const row = await scoped.db
    .selectFrom('invoices')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '<>', 'deleted')
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('Invoice', id)
  return row
}

/** Holds invoices until the caller's transaction ends, in the order of their ids; what does not exist is left out. */
export async function lockInvoices(scoped: Scoped, ids: readonly string[]): Promise<InvoiceRow[]> {
  assert(scoped.db.isTransaction, 'invoices are held in a transaction')
  return scoped.db
    .selectFrom('invoices')
    .selectAll()
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('status', '<>', 'deleted')
    .orderBy('id')
    .forUpdate()
    .execute()
}

/**
 * What can be seen of the events from now on: a rating that counts by it, in the same transaction, and no later event
 * make the difference between billed and late exact, however long its statements take.
 */
export async function takeUsageSnapshot(scoped: Scoped): Promise<string> {
  const { rows } = await sql<{ snapshot: string }>`
    select pg_current_snapshot()::text as snapshot`.execute(scoped.db)
  assert(rows[0], 'a select without a table yields a row')
  return rows[0].snapshot
}

export interface ClosedDraft {
  readonly invoice: InvoiceRow
  readonly seenBy: string
  readonly dueDate: Date | null
  readonly now: Date
}

/**
 * Closes a draft that the caller holds and has just rated: FINALIZED with the next number, or SKIPPED when there is
 * nothing to bill. What its rating saw of the events is kept: the rest is late from here on.
 */
export async function closeDraft(
  scoped: Scoped,
  { invoice, seenBy, dueDate, now }: ClosedDraft,
): Promise<'FINALIZED' | 'SKIPPED'> {
  assert(invoice.invoice_status === 'DRAFT', 'a draft is closed')
  const isEmpty = !isPositive(readDecimal(invoice.subtotal))
  const status = isEmpty ? 'SKIPPED' : 'FINALIZED'
  const isPaid = !isPositive(readDecimal(invoice.amount_due))
  // Last, as the counter's row is held from here on.
  const [number = null] = await takeInvoiceNumbers(scoped, { count: isEmpty ? 0 : 1, finalizedAt: now })
  await scoped.db
    .updateTable('invoices')
    .set({
      invoice_status: status,
      invoice_number: number,
      payment_status: isPaid ? 'SUCCEEDED' : 'PENDING',
      issue_date: isEmpty ? null : now,
      due_date: isEmpty ? null : dueDate,
      finalized_at: isEmpty ? null : now,
      paid_at: isPaid && !isEmpty ? now : null,
      usage_snapshot: seenBy,
      version: sql`version + 1`,
      ...change(scoped.scope, now),
    })
    .where('id', '=', invoice.id)
    .where('invoice_status', '=', 'DRAFT')
    .execute()
  const reason = isEmpty ? 'nothing to bill' : 'finalized'
  await scoped.db
    .insertInto('invoice_history')
    .values(
      historyRow(scoped, {
        invoiceId: invoice.id,
        field: 'invoice_status',
        from: 'DRAFT',
        to: status,
        reason,
        now,
      }),
    )
    .execute()
  return status
}

/**
 * Voids a draft or a finalized invoice: its lines' spans can be billed again, its number stays. Of one that is
 * voided already nothing changes.
 *
 * @throws not_found; invalid_operation for a skipped one, and for one that has been paid
 */
export function voidInvoice(scoped: Scoped, id: string, now: Date): Promise<void> {
  return inTransaction(scoped, async (transaction) => {
    const { invoice_status: before, amount_paid, payment_status } = await lockInvoice(transaction, id)
    if (before === 'VOIDED') return
    if (before === 'SKIPPED') throw refused(id, 'is SKIPPED: there is nothing to void', before)
    if (isPositive(readDecimal(amount_paid)))
      throw refused(id, `has ${amount_paid} paid: refund it first`, before)
    await transaction.db
      .updateTable('invoices')
      .set({
        invoice_status: 'VOIDED',
        payment_status: payment_status === 'SUCCEEDED' ? 'SUCCEEDED' : 'VOIDED',
        voided_at: now,
        version: sql`version + 1`,
        ...change(scoped.scope, now),
      })
      .where('id', '=', id)
      .execute()
    await transaction.db
      .updateTable('invoice_line_items')
      .set({ is_voided: true, ...change(scoped.scope, now) })
      .where('invoice_id', '=', id)
      .execute()
    const to = 'VOIDED'
    const rows = [
      { field: 'invoice_status', from: before, to } as const,
      ...(payment_status === 'SUCCEEDED'
        ? []
        : [{ field: 'payment_status', from: payment_status, to } as const]),
    ].map((one) => historyRow(transaction, { invoiceId: id, reason: 'voided', now, ...one }))
    await transaction.db.insertInto('invoice_history').values(rows).execute()
  })
}

function refused(id: string, why: string, status: string): CodedError {
  return new CodedError('invalid_operation', `Invoice ${id} ${why}`, { details: { invoice_status: status } })
}
