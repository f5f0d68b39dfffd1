import type { CreditNoteResponse } from '@flexprice/contracts/credit-notes'
import type { Scoped } from '@flexprice/database/connection'
import {
  type CreditNoteLineItemRow,
  type CreditNoteRow,
  listCreditNoteLineItems,
  readEffects,
} from '@flexprice/database/credit-notes'
import { getInvoice } from '@flexprice/database/invoices'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { decimalText } from '../decimal-text.ts'
import { invoiceResponse } from '../invoices/invoice-response.ts'
import { overdueAmong } from '../invoices/overdue-among.ts'
import { recordResponse } from '../record-response.ts'

/** A note with its lines, its invoice as it is by now, and what it has lowered and given back. */
export async function creditNoteResponse(scoped: Scoped, row: CreditNoteRow): Promise<CreditNoteResponse> {
  const [lines, effects, invoice] = await Promise.all([
    listCreditNoteLineItems(scoped, row.id),
    readEffects(scoped, row.id),
    getInvoice(scoped, row.invoice_id),
  ])
  const overdue = await overdueAmong(scoped, [invoice])
  return {
    ...recordResponse(scoped.scope, row),
    status: row.status,
    invoice_id: row.invoice_id,
    invoice: invoiceResponse(scoped.scope, invoice, overdue),
    customer_id: row.customer_id,
    subscription_id: row.subscription_id ?? undefined,
    credit_note_number: row.credit_note_number ?? undefined,
    credit_note_status: row.credit_note_status,
    credit_note_type: row.credit_note_type,
    reason: row.reason,
    refund_target: row.refund_target ?? undefined,
    // What goes back is recorded in the transaction that finalizes.
    refund_status: isPositive(readDecimal(effects.refunded)) ? 'SUCCEEDED' : undefined,
    refunded_amount: decimalText(effects.refunded),
    adjustments: effects.adjustments.map(({ invoice_id, amount }) => {
      return { invoice_id, amount: decimalText(amount) }
    }),
    currency: row.currency,
    total_amount: decimalText(row.total_amount),
    memo: row.memo,
    metadata: { ...row.metadata },
    idempotency_key: row.idempotency_key ?? undefined,
    line_items: lines.map((line) => noteLineResponse(scoped, row, line)),
    finalized_at: row.finalized_at ?? undefined,
    voided_at: row.voided_at ?? undefined,
  }
}

function noteLineResponse({ scope }: Scoped, { currency }: CreditNoteRow, line: CreditNoteLineItemRow) {
  return {
    ...recordResponse(scope, line),
    status: 'published' as const,
    credit_note_id: line.credit_note_id,
    invoice_line_item_id: line.invoice_line_item_id,
    display_name: line.display_name,
    currency,
    amount: decimalText(line.amount),
    discount_amount: decimalText(line.discount),
    tax_amount: decimalText(line.tax),
    metadata: { ...line.metadata },
  }
}
