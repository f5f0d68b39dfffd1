import { explainInvoice } from '@flexprice/contracts/operations'
import { type CreditNoteRow, listCreditNotesOf } from '@flexprice/database/credit-notes'
import { listPaidByCredits, type PaidByCredits } from '@flexprice/database/credits'
import {
  getInvoice,
  type InvoiceAdjustmentRow,
  type InvoiceHistoryRow,
  type InvoiceLineItemRow,
  listInvoiceAdjustments,
  listInvoiceHistory,
  listInvoiceLineItems,
} from '@flexprice/database/invoices'
import { withShownQuotients } from '@flexprice/domain/cycle'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function explainInvoiceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(explainInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      const [invoice, history, lines, adjustments, notes, credits] = await Promise.all([
        getInvoice(scoped, id),
        listInvoiceHistory(scoped, id),
        listInvoiceLineItems(scoped, [id]),
        listInvoiceAdjustments(scoped, id),
        listCreditNotesOf(scoped, id),
        listPaidByCredits(scoped, id),
      ])
      return reply.send({
        invoice_id: invoice.id,
        invoice_number: invoice.invoice_number ?? undefined,
        invoice_status: invoice.invoice_status,
        payment_status: invoice.payment_status,
        currency: invoice.currency,
        history: history.map(toldChange),
        adjustments: adjustments.map(toldAdjustment),
        paid_by_credits: credits.map(toldCredits),
        credit_notes: notes.map(toldNote),
        lines: lines.map(explainedLine),
      })
    },
  })
}

function toldChange({ field, from_value, to_value: to, reason, changed_at, changed_by }: InvoiceHistoryRow) {
  return { field, from: from_value ?? undefined, to, reason: reason || undefined, changed_at, changed_by }
}

function toldAdjustment(row: InvoiceAdjustmentRow) {
  return {
    amount: decimalText(row.amount),
    adjusted_at: row.adjusted_at,
    credit_note_id: row.credit_note_id ?? undefined,
    credit_note_number: row.credit_note_number ?? undefined,
    late_of: row.late_of ?? undefined,
    reason: reasonOf(row),
    source_id: row.source_id ?? row.credit_note_id ?? row.late_of ?? undefined,
  }
}

/** What a schedule has credited is a cancellation's. */
function reasonOf({ credit_note_id, late_of, change_kind }: InvoiceAdjustmentRow): string {
  if (credit_note_id !== null) return 'credit_note'
  if (late_of !== null) return 'late_usage'
  return change_kind ?? 'cancellation'
}

function toldCredits({ payment_id, consumptions, ...row }: PaidByCredits) {
  return {
    ...{ wallet_id: row.wallet_id, wallet_transaction_id: row.wallet_transaction_id },
    payment_id: payment_id ?? undefined,
    amount: decimalText(row.amount),
    credit_amount: decimalText(row.credit_amount),
    amount_returned: decimalText(row.amount_returned),
    consumption_breakdown: consumptions.map(({ credit_transaction_id, credits }) => {
      return { credit_transaction_id, credits: decimalText(credits) }
    }),
  }
}

function toldNote({ id, credit_note_number: number, total_amount: total, ...note }: CreditNoteRow) {
  const { credit_note_status, credit_note_type } = note
  return {
    ...{ credit_note_id: id, credit_note_number: number ?? undefined, credit_note_status, credit_note_type },
    total_amount: decimalText(total),
  }
}

function explainedLine(line: InvoiceLineItemRow) {
  return {
    invoice_line_item_id: line.id,
    subscription_line_item_id: line.subscription_line_item_id ?? undefined,
    price_id: line.price_id ?? undefined,
    display_name: line.display_name,
    quantity: decimalText(line.quantity),
    amount: decimalText(line.amount),
    period_start: line.period_start,
    period_end: line.period_end,
    explanation: withShownQuotients(line.explanation),
  }
}
