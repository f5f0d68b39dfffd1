import type { PaymentResponse } from '@flexprice/contracts/payments'
import type { Scoped } from '@flexprice/database/connection'
import { invoiceNumbersOf, type PaymentRow } from '@flexprice/database/payments'
import { assert } from '@flexprice/domain'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'

/** Payments with their invoices' numbers: one question, however many. */
export async function paymentResponses(
  scoped: Scoped,
  rows: readonly PaymentRow[],
): Promise<PaymentResponse[]> {
  const numbers = await invoiceNumbersOf(scoped, rows)
  return rows.map((row) => ({
    ...recordResponse(scoped.scope, row),
    status: row.status,
    destination_type: 'INVOICE',
    destination_id: row.invoice_id,
    invoice_number: numbers.get(row.invoice_id),
    payment_method_type: row.payment_method_type,
    payment_status: row.payment_status,
    amount: decimalText(row.amount),
    currency: row.currency,
    idempotency_key: row.idempotency_key ?? undefined,
    error_message: row.error_message ?? undefined,
    metadata: { ...row.metadata },
    succeeded_at: row.succeeded_at ?? undefined,
    failed_at: row.failed_at ?? undefined,
    voided_at: row.voided_at ?? undefined,
  }))
}

export async function paymentResponse(scoped: Scoped, row: PaymentRow): Promise<PaymentResponse> {
  const [payment] = await paymentResponses(scoped, [row])
  assert(payment, 'a payment has an answer')
  return payment
}
