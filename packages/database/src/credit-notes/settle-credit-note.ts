import { type LoweredDue, lowerDue } from '@flexprice/domain/invoice'
import { type Decimal, isPositive, readDecimal, sumDecimals } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { lowerInvoices } from '../invoices/index.ts'
import type { RefundTarget } from '../tables/credit-note-tables.ts'
import { takeCreditNoteNumber } from './credit-note-number.ts'
import type { CreditNoteRow } from './credit-notes.ts'
import { giveBack } from './give-back.ts'
import type { HeldForNote } from './lock-noted-invoice.ts'

/**
 * Finalizes a draft whose lines are held against what was billed (billing rules, sections 6 and 12): what is due of its
 * invoice is lowered first, then of the subscription's others, oldest first; what is left was paid and goes back. Its
 * number comes last, as the counter's row is held from there on.
 *
 * @throws not_implemented, state_conflict as `giveBack`
 */
export async function settleCreditNote(
  scoped: Scoped,
  { note, held }: { note: CreditNoteRow; held: HeldForNote },
  { target, now }: { target: RefundTarget | null; now: Date },
): Promise<CreditNoteRow> {
  const { lowered, money } = splitNote({ ...note, total: readDecimal(note.total_amount) }, held)
  await lowerInvoices(scoped, 'credit_note', lowered, now)
  if (isPositive(money)) await giveBack(scoped, { note, amount: money, target }, now)
  const number = await takeCreditNoteNumber(scoped, now)
  return scoped.db
    .updateTable('credit_notes')
    .set({
      credit_note_status: 'FINALIZED',
      credit_note_type: isPositive(money) ? 'REFUND' : 'ADJUSTMENT',
      credit_note_number: number,
      refund_target: target,
      finalized_at: now,
      ...change(scoped.scope, now),
    })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', note.id)
    .where('credit_note_status', '=', 'DRAFT')
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** What of a note lowers what is due, and what is left of it: that was paid. */
export function splitNote(
  { id, invoice_id: invoiceId, total }: Pick<CreditNoteRow, 'id' | 'invoice_id'> & { total: Decimal },
  { open }: HeldForNote,
): { readonly lowered: readonly LoweredDue[]; readonly money: Decimal } {
  const lowered = lowerDue([{ id, invoiceId, remaining: total }], open)
  return { lowered, money: total.minus(sumDecimals(lowered.map(({ amount }) => amount))) }
}
