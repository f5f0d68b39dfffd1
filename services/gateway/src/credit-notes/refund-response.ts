import type { RefundResponse } from '@flexprice/contracts/credit-notes'
import type { RefundRow } from '@flexprice/database/credit-notes'
import type { Scope } from '@flexprice/domain'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'

/** What is recorded has been given back already: it is settled from its beginning on. */
export function refundResponse(scope: Scope, row: RefundRow): RefundResponse {
  const amount = decimalText(row.amount)
  return {
    ...recordResponse(scope, row),
    status: row.status,
    credit_note_id: row.credit_note_id ?? undefined,
    late_credit_id: row.late_credit_id ?? undefined,
    line_credit_id: row.line_credit_id ?? undefined,
    invoice_id: row.invoice_id,
    payment_id: row.payment_id ?? undefined,
    source: row.source,
    currency: row.currency,
    amount,
    settled_amount: amount,
    refund_destination: row.refund_destination,
    refund_destination_id: row.wallet_id ?? undefined,
    refund_reason: row.refund_reason,
    refund_status: row.refund_status,
    initiated_at: row.created_at,
    succeeded_at: row.succeeded_at,
  }
}
