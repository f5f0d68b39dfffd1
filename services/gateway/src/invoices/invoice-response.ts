import type { InvoiceLineItemResponse, InvoiceResponse } from '@flexprice/contracts/invoices'
import type { InvoiceLineItemRow, InvoiceRow } from '@flexprice/database/invoices'
import type { Scope } from '@flexprice/domain'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'
import { warningsResponse } from '../warnings-response.ts'

/**
 * An invoice, without the records around it.
 *
 * @param overdue the ids of those of the answer's invoices that are
 */
export function invoiceResponse(
  scope: Scope,
  row: InvoiceRow,
  overdue: ReadonlySet<string>,
): InvoiceResponse {
  return {
    ...recordResponse(scope, row),
    status: row.status,
    customer_id: row.customer_id,
    subscription_id: row.subscription_id ?? undefined,
    // Nobody else pays for a subscription so far.
    subscription_customer_id: row.subscription_id === null ? undefined : row.customer_id,
    invoice_type: row.invoice_type,
    invoice_status: row.invoice_status,
    payment_status: row.payment_status,
    invoice_number: row.invoice_number ?? undefined,
    billing_reason: row.billing_reason,
    billing_sequence: row.billing_sequence ?? undefined,
    billing_period: row.billing_period ?? undefined,
    currency: row.currency,
    subtotal: decimalText(row.subtotal),
    total_discount: decimalText(row.total_discount),
    total_tax: decimalText(row.total_tax),
    total_prepaid_credits_applied: decimalText(row.total_prepaid_credits_applied),
    total: decimalText(row.total),
    adjustment_amount: decimalText(row.adjustment_amount),
    amount_due: decimalText(row.amount_due),
    amount_paid: decimalText(row.amount_paid),
    amount_remaining: decimalText(row.amount_remaining),
    overpaid_amount: decimalText(row.overpaid_amount),
    refunded_amount: decimalText(row.refunded_amount),
    description: row.description,
    idempotency_key: givenKey(row),
    period_start: row.period_start ?? undefined,
    period_end: row.period_end ?? undefined,
    issue_date: row.issue_date ?? undefined,
    due_date: row.due_date ?? undefined,
    overdue: overdue.has(row.id),
    finalized_at: row.finalized_at ?? undefined,
    paid_at: row.paid_at ?? undefined,
    voided_at: row.voided_at ?? undefined,
    recalculated_invoice_id: row.recalculated_invoice_id ?? undefined,
    last_computed_at: row.last_computed_at ?? undefined,
    version: row.version,
    metadata: { ...row.metadata },
  }
}

/** Of a one-off; where its request had none, the row has its own id in the place. */
function givenKey({ id, invoice_type, request_key }: InvoiceRow): string | undefined {
  return invoice_type === 'ONE_OFF' && request_key !== id ? request_key : undefined
}

export function invoiceLineItemResponse(scope: Scope, row: InvoiceLineItemRow): InvoiceLineItemResponse {
  return {
    ...recordResponse(scope, row),
    status: 'published',
    invoice_id: row.invoice_id,
    customer_id: row.customer_id,
    subscription_id: row.subscription_id ?? undefined,
    subscription_line_item_id: row.subscription_line_item_id ?? undefined,
    price_id: row.price_id ?? undefined,
    price_type: row.price_type ?? undefined,
    ...(row.plan_id === null ? {} : { entity_type: 'plan', entity_id: row.plan_id }),
    display_name: row.display_name,
    plan_display_name: row.plan_display_name,
    currency: row.currency,
    quantity: decimalText(row.quantity),
    amount: decimalText(row.amount),
    line_item_discount: decimalText(row.line_item_discount),
    invoice_level_discount: decimalText(row.invoice_level_discount),
    prepaid_credits_applied: decimalText(row.prepaid_credits_applied),
    period_start: row.period_start,
    period_end: row.period_end,
    metadata: { ...row.metadata },
    warnings: warningsResponse(row.warnings),
    late_of: row.late_of ?? undefined,
    revision: row.revision ?? undefined,
  }
}
