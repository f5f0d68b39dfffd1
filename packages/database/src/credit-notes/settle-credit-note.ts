import { refundReasonOf } from '@flexprice/domain/credit-note'
import { readDecimal } from '@flexprice/domain/money'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { type OwedCredit, settleCredits } from '../credits/index.ts'
import type { RefundTarget } from '../tables/credit-note-tables.ts'
import { takeCreditNoteNumber } from './credit-note-number.ts'
import type { CreditNoteRow } from './credit-notes.ts'

/**
 * Finalizes a draft whose lines are held against what was billed (billing rules, sections 6 and 12): what is due of its
 * invoice is lowered first, then of the subscription's others, oldest first; what is left was paid and goes back. Its
 * number comes last, as the counter's row is held from there on.
 *
 * @throws as `settleCredits`
 */
export async function settleCreditNote(
  scoped: Scoped,
  note: CreditNoteRow,
  { target, now }: { target: RefundTarget | null; now: Date },
): Promise<CreditNoteRow> {
  const { credits } = await settleCredits(scoped, [owedCredit(note, target)], { now })
  const isMoney = credits.some(({ returned, refunded }) => returned.length + refunded.length > 0)
  const number = await takeCreditNoteNumber(scoped, now)
  return scoped.db
    .updateTable('credit_notes')
    .set({
      credit_note_status: 'FINALIZED',
      credit_note_type: isMoney ? 'REFUND' : 'ADJUSTMENT',
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

/** Nobody said where money goes: to the wallet. */
function owedCredit(note: CreditNoteRow, target: RefundTarget | null): OwedCredit {
  return {
    ...{ kind: 'credit_note', id: note.id, invoiceId: note.invoice_id },
    ...{ amount: readDecimal(note.total_amount), target: target ?? 'PREPAID_WALLET' },
    reason: refundReasonOf[note.reason],
  }
}
