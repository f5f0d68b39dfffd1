import { z } from 'zod'
import { customerResponse } from '../customers/customer.ts'
import { subscriptionResponse } from '../subscriptions/subscription.ts'
import { currency } from '../wire/currency.ts'
import { exactNumber } from '../wire/exact-number.ts'
import { instant } from '../wire/instant.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { identifier, identifiers, text } from '../wire/text.ts'
import { lineWarnings } from '../wire/warning.ts'
import { windowProblems } from './calculation-window.ts'
import { billingReason, invoiceStatus, invoiceType, paymentStatus } from './invoice-choices.ts'
import { invoiceLineItemResponse } from './invoice-line-item.ts'

const statusesMax = 20
const groupsMax = 20

export const invoiceFilter = z.strictObject({
  ...searchFields,
  invoice_ids: identifiers.optional(),
  customer_id: identifier.optional(),
  external_customer_id: identifier.optional(),
  subscription_id: identifier.optional(),
  subscription_customer_id: identifiers.optional(),
  invoice_type: invoiceType.optional(),
  invoice_status: z.array(invoiceStatus).max(statusesMax).optional(),
  payment_status: z.array(paymentStatus).max(statusesMax).optional(),
  billing_reason: billingReason.optional(),
  currency: currency.optional(),
  amount_due_gt: exactNumber.optional(),
  amount_remaining_gt: exactNumber.optional(),
  finalized_at_gte: instant.optional(),
  voided_at_gte: instant.optional(),
  period_start_gte: instant.optional(),
  period_start_lte: instant.optional(),
  period_end_gte: instant.optional(),
  period_end_lte: instant.optional(),
  /** Ours: finalized, not paid wholly, and due before the environment's now. */
  overdue: z.boolean().optional(),
  skip_line_items: z.boolean().default(false),
  expand: expand(['customer', 'subscription']),
})
export type InvoiceFilter = z.output<typeof invoiceFilter>

export const previewInvoiceRequest = z
  .strictObject({
    subscription_id: identifier,
    period_start: instant.optional(),
    period_end: instant.optional(),
    hide_zero_charges_line_items: z.boolean().optional(),
  })
  .check((context) => {
    for (const { path, message } of windowProblems(context.value)) {
      context.issues.push({ code: 'custom', input: context.value, path: [path], message })
    }
  })

export const getInvoiceQuery = z.strictObject({
  expand: expand(['customer', 'subscription']),
  expand_by_source: notBuilt(z.stringbool().meta({ type: 'boolean' })),
  group_by: notBuilt(
    z
      .preprocess((value) => (typeof value === 'string' ? [value] : value), z.array(text(255)).max(groupsMax))
      .meta({ type: 'array', items: { type: 'string' } }),
  ),
})

/** Fields of things that come with their own issues: in the contract, left out by us until then. */
const laterFields = {
  checkout_session: laterObject('CheckoutSessionResponse').optional(),
  coupon_applications: z.array(laterObject('CouponApplicationResponse')).optional(),
  custom_currency: laterObject('CustomCurrency').optional(),
  fx_conversion: laterObject('FxConversion').optional(),
  hosted_invoice_url: z.string().optional(),
  invoice_pdf_url: z.string().optional(),
  is_manually_edited: z.boolean().optional(),
  recalculated_invoice_id: z.string().optional(),
  source_type: z.literal('checkout').optional(),
  tax_exemption_reason_code: z
    .enum([
      'customer_exempt',
      'no_tax_configured',
      'reverse_charge',
      'not_collecting',
      'not_subject_to_tax',
      'not_supported',
    ])
    .optional(),
  tax_summary: laterObject('TaxSummary').optional(),
  taxes: z.array(laterObject('TaxAppliedResponse')).optional(),
}

/** Amounts are decimal texts in the currency's major unit. */
export const invoiceResponse = z
  .object({
    ...recordFields,
    ...laterFields,
    customer_id: z.string(),
    customer: customerResponse.optional(),
    subscription_id: z.string().optional(),
    subscription_customer_id: z.string().optional(),
    subscription: subscriptionResponse.optional(),
    line_items: z.array(invoiceLineItemResponse).optional(),
    invoice_type: invoiceType,
    invoice_status: invoiceStatus,
    payment_status: paymentStatus,
    invoice_number: z.string().optional(),
    billing_reason: z.string().optional(),
    billing_sequence: z.int().optional(),
    billing_period: z.string().optional(),
    currency: z.string(),
    subtotal: z.string(),
    total_discount: z.string().optional(),
    total_tax: z.string().optional(),
    total_prepaid_credits_applied: z.string().optional(),
    total: z.string(),
    adjustment_amount: z.string().optional(),
    amount_due: z.string(),
    amount_paid: z.string(),
    amount_remaining: z.string(),
    overpaid_amount: z.string().optional(),
    refunded_amount: z.string().optional(),
    description: z.string().optional(),
    /** Of a one-off: the key that its request had. */
    idempotency_key: z.string().optional(),
    period_start: instant.optional(),
    period_end: instant.optional(),
    issue_date: instant.optional(),
    due_date: instant.optional(),
    /** Ours: finalized, not paid wholly, and due before the environment's now. */
    overdue: z.boolean().optional(),
    finalized_at: instant.optional(),
    paid_at: instant.optional(),
    voided_at: instant.optional(),
    last_computed_at: instant.optional(),
    version: z.int().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    /** Of a preview: those of its lines, hidden ones too. */
    warnings: lineWarnings,
  })
  .meta({ id: 'InvoiceResponse' })
export type InvoiceResponse = z.output<typeof invoiceResponse>

export const listInvoicesResponse = listOf(invoiceResponse).meta({ id: 'ListInvoicesResponse' })
