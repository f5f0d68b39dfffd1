import { CodedError } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { sql } from 'kysely'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change, json } from '../connection/row-changes.ts'
import type { Metadata } from '../tables/row-types.ts'
import { lockInvoice } from './invoice-states.ts'
import type { InvoiceRow } from './invoices.ts'
import { refuseDueBeforeIssue } from './one-off-invoices.ts'

/** What is left out stays. */
export interface InvoiceChanges {
  readonly dueDate: Date | undefined
  readonly metadata: Metadata | undefined
}

/**
 * Changes what may change of an invoice in its state (docs/decisions/0036-one-off-invoices.md): notes as long as it is
 * neither voided nor skipped, and when it is due as long as something of it is to be paid.
 *
 * @throws not_found; invalid_operation that names what may not change any more; validation_error for an instant before
 *   it is issued
 */
export function updateInvoice(
  scoped: Scoped,
  id: string,
  { dueDate, metadata }: InvoiceChanges,
  now: Date,
): Promise<InvoiceRow> {
  return inTransaction(scoped, async (transaction) => {
    const invoice = await lockInvoice(transaction, id)
    if (dueDate === undefined && metadata === undefined) return invoice
    const fixed = metadata === undefined ? undefined : whyNotesAreFixed(invoice)
    if (fixed) throw refused(invoice, 'metadata', fixed)
    if (dueDate !== undefined) {
      const why = whyDueDateIsFixed(invoice)
      if (why) throw refused(invoice, 'due_date', why)
      refuseDueBeforeIssue({ issue_date: invoice.issue_date, due_date: dueDate }, now)
    }
    return transaction.db
      .updateTable('invoices')
      .set({
        due_date: dueDate,
        metadata: json(metadata),
        version: sql`version + 1`,
        ...change(scoped.scope, now),
      })
      .where('environment_id', '=', scoped.scope.environmentId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
  })
}

function whyNotesAreFixed({ invoice_status: status }: InvoiceRow): string | undefined {
  return status === 'VOIDED' || status === 'SKIPPED' ? `cannot change: the invoice is ${status}` : undefined
}

function whyDueDateIsFixed(invoice: InvoiceRow): string | undefined {
  const fixed = whyNotesAreFixed(invoice)
  if (fixed) return fixed
  if (invoice.invoice_status === 'DRAFT' && invoice.invoice_type !== 'ONE_OFF') {
    return "cannot change yet: the subscription's payment terms say it as the invoice is finalized"
  }
  if (invoice.invoice_status === 'FINALIZED' && !isPositive(readDecimal(invoice.amount_remaining))) {
    return 'cannot change: nothing of the invoice is to be paid'
  }
  return undefined
}

function refused({ id, invoice_status }: InvoiceRow, path: string, message: string): CodedError {
  return new CodedError('invalid_operation', `Invoice ${id}: ${path} ${message}`, {
    details: { invoice_status, fields: [{ path, message }] },
  })
}
