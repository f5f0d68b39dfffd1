import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** What has lowered what is due of an invoice. */
export interface InvoiceAdjustmentRow {
  readonly id: string
  readonly amount: string
  readonly adjusted_at: Date
  /** Of a note: its own id and number. */
  readonly credit_note_id: string | null
  readonly credit_note_number: string | null
  /** Of late usage: the invoice's line whose rating it has changed. */
  readonly late_of: string | null
  /** Of a change's credit: the change, or the schedule that was due. */
  readonly source_id: string | null
  readonly change_kind: string | null
}

/** Those that are in force, oldest first: together they are the invoice's `adjustment_amount`. */
export async function listInvoiceAdjustments(
  { db, scope }: Scoped,
  invoiceId: string,
): Promise<InvoiceAdjustmentRow[]> {
  const { rows } = await sql<InvoiceAdjustmentRow>`
    select a.id, a.amount, a.adjusted_at, a.credit_note_id, n.credit_note_number, c.late_of, l.source_id, m.kind as change_kind
    from invoice_adjustments a
    left join credit_notes n on n.environment_id = a.environment_id and n.id = a.credit_note_id
    left join late_credits c on c.id = a.late_credit_id
    left join line_credits l on l.id = a.line_credit_id
    left join subscription_changes m on m.environment_id = a.environment_id and m.id = l.source_id
    where a.environment_id = ${scope.environmentId} and a.invoice_id = ${invoiceId} and a.voided_at is null
    order by a.id`.execute(db)
  return rows
}
