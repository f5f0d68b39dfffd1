import type { InvoiceLineItemRow } from '@flexprice/database/invoices'
import { assert } from '@flexprice/domain'
import { readDecimal } from '@flexprice/domain/money'
import type { InvoicedCharge, WithLineId } from './draft-invoice.ts'

/** A line that a draft has as the charge that it was: with its own id it stays the row that it is. */
export function writtenCharge(row: InvoiceLineItemRow): WithLineId<InvoicedCharge> {
  const { subscription_line_item_id: lineId, price_id: priceId, price_type: type } = row
  assert(lineId && priceId && type && !row.is_credit, "a draft's line charges a subscription's line")
  return {
    invoiceLineId: row.id,
    line: { id: lineId, price: { id: priceId, type, display_name: row.display_name } },
    span: { start: row.period_start, end: row.period_end },
    quantity: readDecimal(row.quantity),
    amount: readDecimal(row.amount),
    explanation: row.explanation,
    warnings: [],
  }
}
