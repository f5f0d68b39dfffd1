import { validateOneOff } from '@flexprice/domain/invoice'
import { z } from 'zod'
import { decimalString } from '../wire/decimal-string.ts'
import { pathSegments } from '../wire/field-path.ts'
import { idempotencyKey } from '../wire/idempotency-key.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { description, identifier, identifiers, name, text } from '../wire/text.ts'
import { billingReason, invoiceStatus, invoiceType, paymentStatus } from './invoice-choices.ts'

const linesMax = 1_000
const urlLengthMax = 2_000
const labelLengthMax = 255
const label = text(labelLengthMax)

export const createInvoiceLineItem = z.strictObject({
  amount: decimalString,
  quantity: decimalString,
  display_name: name.optional(),
  period_start: instant.optional(),
  period_end: instant.optional(),
  metadata: metadata.optional(),
  // What it is by our rules, too: an amount that does not hang on usage.
  price_type: notBuilt(label, 'FIXED'),
  adjusted_entitlement_quantity: notBuilt(decimalString, '0'),
  commitment_info: notBuilt(laterObject('CommitmentInfo')),
  entity_id: notBuilt(label),
  entity_type: notBuilt(label),
  invoice_level_discount: notBuilt(decimalString, '0'),
  line_item_discount: notBuilt(decimalString, '0'),
  meter_display_name: notBuilt(label),
  meter_id: notBuilt(label),
  plan_display_name: notBuilt(label),
  plan_id: notBuilt(label),
  prepaid_credits_applied: notBuilt(decimalString, '0'),
  price_id: notBuilt(label),
  price_unit: notBuilt(label),
  price_unit_amount: notBuilt(decimalString, '0'),
  subscription_id: notBuilt(label),
  subscription_line_item_id: notBuilt(label),
})

/** Without defaults, so that what tells a repeated request from another does not depend on our version. */
const createInvoiceFields = z.strictObject({
  customer_id: identifier,
  subscription_id: identifier.optional(),
  currency: text(3).overwrite((code) => code.toLowerCase()),
  line_items: z.array(createInvoiceLineItem).max(linesMax).optional(),
  subtotal: decimalString,
  total: decimalString,
  amount_due: decimalString,
  description: description.optional(),
  metadata: metadata.optional(),
  issue_date: instant.optional(),
  due_date: instant.optional(),
  period_start: instant.optional(),
  period_end: instant.optional(),
  idempotency_key: idempotencyKey.optional(),
  invoice_type: notBuiltValues(invoiceType.optional(), ['SUBSCRIPTION', 'CREDIT']),
  invoice_status: notBuiltValues(invoiceStatus.optional(), ['VOIDED', 'SKIPPED']),
  payment_status: notBuiltValues(
    paymentStatus.optional(),
    paymentStatus.options.filter((status) => status !== 'PENDING'),
  ),
  billing_reason: notBuiltValues(
    billingReason.optional(),
    billingReason.options.filter((reason) => reason !== 'MANUAL'),
  ),
  amount_paid: notBuilt(decimalString, '0'),
  billing_period: notBuilt(label),
  checkout: notBuilt(laterObject('CheckoutParams')),
  coupons: notBuilt(identifiers),
  force_sync_invoice: notBuilt(z.boolean()),
  invoice_coupons: notBuilt(z.array(laterObject('InvoiceCoupon'))),
  invoice_number: notBuilt(label),
  invoice_pdf_url: notBuilt(text(urlLengthMax)),
  line_item_coupons: notBuilt(z.array(laterObject('InvoiceLineItemCoupon'))),
  tax_rate_overrides: notBuilt(z.array(laterObject('TaxRateOverride'))),
  tax_rates: notBuilt(identifiers),
  total_prepaid_applied: notBuilt(decimalString, '0'),
})

/** A one-off: what is wrong with its money or its periods comes under the paths of its own fields. */
export const createInvoiceRequest = createInvoiceFields.check((context) => {
  const { line_items: lines = [], ...invoice } = context.value
  const problems = [
    ...validateOneOff(context.value),
    ...periodProblems(invoice, ''),
    ...lines.flatMap((line, index) => periodProblems(line, `line_items[${index}].`)),
  ]
  for (const { path, message } of problems) {
    context.issues.push({ code: 'custom', input: context.value, path: pathSegments(path), message })
  }
})
export type CreateInvoiceRequest = z.output<typeof createInvoiceRequest>

/** What is left out stays. Amounts, lines and states have ways of their own, or none. */
export const updateInvoiceRequest = z.strictObject({
  due_date: instant.optional(),
  metadata: metadata.optional(),
  apply_discount: notBuilt(z.boolean()),
  invoice_pdf_url: notBuilt(text(urlLengthMax)),
})

interface StatedPeriod {
  readonly period_start?: Date | undefined
  readonly period_end?: Date | undefined
}

function periodProblems({ period_start: start, period_end: end }: StatedPeriod, within: string) {
  if ((start === undefined) !== (end === undefined)) {
    const missing = start ? 'period_end' : 'period_start'
    return [{ path: `${within}${missing}`, message: 'is required with the other of the two' }]
  }
  if (start === undefined || end === undefined || end >= start) return []
  return [{ path: `${within}period_end`, message: 'must not be before period_start' }]
}
