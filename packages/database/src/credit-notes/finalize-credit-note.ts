import { CodedError } from '@flexprice/domain'
import { planNote } from '@flexprice/domain/credit-note'
import { readDecimal } from '@flexprice/domain/money'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import type { RefundTarget } from '../tables/credit-note-tables.ts'
import { readBilledInvoice } from './billed-invoice.ts'
import { type CreditNoteRow, getCreditNote, listCreditNoteLineItems, rewriteShares } from './credit-notes.ts'
import { lockNotedInvoice, refuseUncreditable } from './lock-noted-invoice.ts'
import { settleCreditNote } from './settle-credit-note.ts'

/**
 * Finalizes a draft: what it takes back must still be there, and goes where it is said now, else where its creation
 * said. Of one that is finalized already nothing changes.
 *
 * @throws not_found; state_conflict for a voided one, an invoice that is not FINALIZED any more, lines that others have
 *   credited meanwhile, or as `settleCredits`
 */
export function finalizeCreditNote(
  scoped: Scoped,
  { id, target, now }: { id: string; target: RefundTarget | undefined; now: Date },
): Promise<CreditNoteRow> {
  return inTransaction(scoped, async (transaction) => {
    const { invoice_id } = await getCreditNote(transaction, id)
    const held = await lockNotedInvoice(transaction, invoice_id)
    const note = await getCreditNote(transaction, id)
    const status = note.credit_note_status
    if (status === 'FINALIZED' && (target === undefined || target === note.refund_target)) return note
    if (status !== 'DRAFT') {
      throw new CodedError('state_conflict', `Credit note ${id} is ${status}: only a DRAFT is finalized`, {
        details: { credit_note_status: status },
      })
    }
    refuseUncreditable(held.invoice)
    const lines = await listCreditNoteLineItems(transaction, id)
    const { billed } = await readBilledInvoice(transaction, held.invoice)
    const planned = planNote(
      billed,
      lines.map((line) => ({ lineId: line.invoice_line_item_id, amount: readDecimal(line.amount) })),
    )
    if ('problems' in planned) {
      const message = `Credit note ${id} takes back more than is left of its invoice by now`
      throw new CodedError('state_conflict', message, { details: { fields: planned.problems } })
    }
    const current = await rewriteShares(transaction, note, planned)
    return await settleCreditNote(transaction, current, { target: target ?? note.refund_target, now })
  })
}
