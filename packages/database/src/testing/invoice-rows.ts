import { newId } from '../connection/ids.ts'
import type { NewInvoice } from '../invoices/invoice-writes.ts'
import { daysFromNow, now } from './catalog-rows.ts'

/** A draft of one line a charge, of no subscription unless the changes say so. */
export function newInvoice(
  currency: string,
  charges: readonly Charge[],
  changes: Pick<NewInvoice['invoice'], 'customer_id'> & Partial<NewInvoice['invoice']>,
): NewInvoice {
  const total = String(charges.reduce((sum, { amount }) => sum + Number(amount) * 10, 0) / 10)
  const period = { period_start: now, period_end: daysFromNow(31) }
  return {
    invoice: {
      ...{
        id: newId('invoice'),
        subscription_id: null,
        currency,
        billing_period: 'MONTHLY',
      },
      ...{
        invoice_type: 'ONE_OFF',
        billing_reason: 'MANUAL',
        request_key: newId('invoice'),
        description: '',
      },
      ...{ invoice_status: 'DRAFT', payment_status: 'PENDING' },
      ...{ subtotal: total, total_discount: '0', total_tax: '0', total_prepaid_credits_applied: '0', total },
      ...{
        adjustment_amount: '0',
        amount_paid: '0',
        amount_due: total,
        issue_date: null,
        due_date: null,
        finalized_at: null,
      },
      ...{ paid_at: null, voided_at: null, last_computed_at: now, finalize_at: null },
      ...{ billing_period_count: 1, billing_anchor: now, timezone: 'UTC' },
      ...period,
      ...changes,
    },
    lines: charges.map(({ type, amount }) => ({
      ...{ id: newId('invoiceLineItem'), subscription_line_item_id: null, plan_id: null, price_id: null },
      ...{
        price_type: type,
        display_name: type,
        plan_display_name: '',
        quantity: '1',
        amount,
        is_credit: false,
        line_item_discount: '0',
        invoice_level_discount: '0',
      },
      ...period,
      explanation: { currency },
      warnings: [],
      ...{ late_of: null, revision: null },
    })),
  }
}

export interface Charge {
  readonly type: 'FIXED' | 'USAGE'
  readonly amount: string
}
