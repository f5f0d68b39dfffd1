import { invalid } from '@flexprice/domain'
import { type PlannedNote, planNote } from '@flexprice/domain/credit-note'
import { type Decimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import type { RefundTarget } from '../tables/credit-note-tables.ts'
import type { Metadata } from '../tables/row-types.ts'
import { type NotedInvoice, readBilledInvoice } from './billed-invoice.ts'
import {
  type CreditNoteRow,
  findCreditNoteByKey,
  insertCreditNote,
  type NewNoteLine,
  type NoteRequest,
} from './credit-notes.ts'
import { type HeldForNote, lockNotedInvoice, refuseUncreditable } from './lock-noted-invoice.ts'
import { settleCreditNote } from './settle-credit-note.ts'

/** What is asked to be taken back. Amounts are decimal texts, before discount and tax. */
export interface AskedCreditNote {
  readonly invoiceId: string
  readonly lines: readonly AskedLine[]
  readonly reason: CreditNoteRow['reason']
  readonly refundTarget: RefundTarget | null
  readonly memo: string
  readonly metadata: Metadata
  readonly request: NoteRequest | undefined
  /** False: it stays a draft until somebody finalizes it. */
  readonly finalize: boolean
}

export interface AskedLine {
  readonly lineId: string
  readonly amount: string
  /** The line's own unless given. */
  readonly displayName: string | undefined
  readonly metadata: Metadata
}

/**
 * Takes back part of a finalized invoice (billing rules, section 12), in one transaction with its number. The same key
 * is the same note, for ever.
 *
 * @throws not_found; key_reused; state_conflict for an invoice that is not FINALIZED; validation_error that names
 *   what a line cannot give back; or as `settleCredits`
 */
export function createCreditNote(scoped: Scoped, asked: AskedCreditNote, now: Date): Promise<CreditNoteRow> {
  return inTransaction(scoped, async (transaction) => {
    // Held first: of two requests with one key the second finds what the first has made.
    const held = await lockNotedInvoice(transaction, asked.invoiceId)
    const made = asked.request && (await findCreditNoteByKey(transaction, asked.request))
    if (made) return made
    const { invoice } = held
    refuseUncreditable(invoice)
    const noted = await readBilledInvoice(transaction, invoice)
    const planned = planNote(
      noted.billed,
      asked.lines.map(({ lineId, amount }) => ({ lineId, amount: readDecimal(amount) })),
    )
    if ('problems' in planned) throw invalid(planned.problems)
    const of = { id: newId('creditNote'), invoice_id: invoice.id }
    const isMoney = isMoneyOf(planned.total, held)
    const { customer_id, subscription_id, currency } = invoice
    const { reason, memo, metadata, request } = asked
    const note = await insertCreditNote(
      transaction,
      {
        ...{ ...of, customer_id, subscription_id, currency, reason, memo, metadata, request },
        credit_note_type: isMoney ? 'REFUND' : 'ADJUSTMENT',
        refund_target: asked.refundTarget,
      },
      { planned, kept: keptOfLines(planned, asked, noted) },
      now,
    )
    if (!asked.finalize) return note
    return await settleCreditNote(transaction, note, { target: asked.refundTarget, now })
  })
}

/** Whether more is taken back than is due of all that it may lower: the rest was paid. */
function isMoneyOf(total: Decimal, { open }: HeldForNote): boolean {
  return total.gt(sumDecimals(open.map(({ remaining }) => remaining)))
}

/** In the order of the planned lines, which is that of those asked. */
function keptOfLines(
  { lines }: PlannedNote,
  asked: AskedCreditNote,
  { lineOf }: NotedInvoice,
): NewNoteLine[] {
  return lines.map(({ lineId }, index) => {
    const line = lineOf.get(lineId)
    return {
      first_line_id: line?.firstLineId ?? lineId,
      display_name: asked.lines[index]?.displayName ?? line?.displayName ?? '',
      metadata: asked.lines[index]?.metadata ?? {},
    }
  })
}
