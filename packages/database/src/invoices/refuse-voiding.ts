import { CodedError } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** @throws in_use that names the payments */
export async function refusePaid({ db }: Scoped, id: string): Promise<never> {
  const payments = await db
    .selectFrom('payments')
    .select('id')
    .where('invoice_id', '=', id)
    .where('payment_status', '=', 'SUCCEEDED')
    .orderBy('id')
    .execute()
  const payment_ids = payments.map((payment) => payment.id)
  throw new CodedError(
    'in_use',
    `Invoice ${id} has been paid by ${payment_ids.join(', ')}: it cannot be voided`,
    {
      details: { used_by: 'payment', payment_ids },
    },
  )
}

/**
 * What a note has taken back, or lowered, would be charged once more by whatever is made in the invoice's place.
 *
 * @throws in_use that names the credit notes
 */
export async function refuseNoted({ db }: Scoped, id: string): Promise<void> {
  const { rows } = await sql<{ id: string; credit_note_number: string }>`
    select n.id, n.credit_note_number from credit_notes n
    where n.credit_note_status = 'FINALIZED' and (n.invoice_id = ${id} or n.id in (
      select a.credit_note_id from invoice_adjustments a where a.invoice_id = ${id}))
    order by n.id`.execute(db)
  if (rows.length === 0) return
  const numbers = rows.map(({ credit_note_number }) => credit_note_number).join(', ')
  throw new CodedError('in_use', `Invoice ${id} is credited by ${numbers}: it cannot be voided`, {
    details: { used_by: 'credit_note', credit_note_ids: rows.map((row) => row.id) },
  })
}

/** Made anew, it would bill those events again that its lines were billed for, or credited, later. */
export async function refuseBilledLate({ db }: Scoped, id: string): Promise<void> {
  const { rows } = await sql<{ late: string }>`
    select 'late usage on ' || x.invoice_id as late from invoice_line_items l
    join invoice_line_items x on x.late_of = l.id and not x.is_voided where l.invoice_id = ${id}
    union all select 'credits of late usage' from late_credits where invoice_id = ${id}
    union all select 'an adjustment' from invoice_adjustments
      where invoice_id = ${id} and late_credit_id is not null limit 1`.execute(db)
  if (!rows[0]) return
  throw new CodedError('in_use', `Invoice ${id} has ${rows[0].late}: it cannot be voided`, {
    details: { used_by: 'late_usage' },
  })
}

/**
 * What a change has credited of its lines, or lowered it by, would be charged once more by its replacement; and a change
 * that was paid by what it credited cannot lose its own invoice.
 */
export async function refuseLinesCredited({ db }: Scoped, id: string): Promise<void> {
  const { rows } = await sql<{ source_id: string }>`
    select c.source_id from line_credits c
    where c.invoice_id = ${id} or c.id in (select line_credit_id from invoice_adjustments where invoice_id = ${id})
    union all select l.change_id from invoice_line_items l where l.invoice_id = ${id} and l.change_id is not null
    limit 1`.execute(db)
  if (!rows[0]) return
  const message = `Invoice ${id} is part of a change of its subscription, by lines that it has or that have lowered it: it cannot be voided`
  throw new CodedError('in_use', message, {
    details: { used_by: 'line_credit', source_id: rows[0].source_id },
  })
}
