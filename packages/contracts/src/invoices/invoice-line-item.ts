import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { laterObject } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { warnings } from '../wire/warning.ts'
import { creditNoteStatus, creditNoteType, invoiceStatus, paymentStatus } from './invoice-choices.ts'

/** Fields of things that come with their own issues: in the contract, left out by us until then. */
const laterFields = {
  adjusted_entitlement_quantity: z.string().optional(),
  commitment_info: laterObject('CommitmentInfo').optional(),
  custom_currency: laterObject('CustomCurrencyLineItem').optional(),
  fx_conversion: laterObject('FxConversion').optional(),
  meter_display_name: z.string().optional(),
  meter_id: z.string().optional(),
  parent_line_item_id: z.string().optional(),
  price_unit: z.string().optional(),
  price_unit_amount: z.string().optional(),
  price_unit_id: z.string().optional(),
  usage_analytics: z.array(laterObject('SourceUsageItem')).optional(),
  usage_breakdown: z.array(laterObject('UsageBreakdownItem')).optional(),
}

export const invoiceLineItemResponse = z
  .object({
    ...recordFields,
    ...laterFields,
    invoice_id: z.string(),
    customer_id: z.string(),
    subscription_id: z.string().optional(),
    subscription_line_item_id: z.string().optional(),
    price_id: z.string().optional(),
    price_type: z.string().optional(),
    entity_id: z.string().optional(),
    entity_type: z.string().optional(),
    display_name: z.string().optional(),
    plan_display_name: z.string().optional(),
    currency: z.string(),
    quantity: z.string(),
    amount: z.string(),
    line_item_discount: z.string().optional(),
    invoice_level_discount: z.string().optional(),
    prepaid_credits_applied: z.string().optional(),
    period_start: instant.optional(),
    period_end: instant.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    warnings,
    /** Ours, of late usage: the line that it is added to, and the how manieth time. */
    late_of: z.string().optional(),
    revision: z.int().optional(),
  })
  .meta({ id: 'InvoiceLineItemResponse' })
export type InvoiceLineItemResponse = z.output<typeof invoiceLineItemResponse>

/** Ours: how each line's amount came about, as it was kept when the line was made, and what became of the invoice. */
export const invoiceExplanationResponse = z
  .object({
    invoice_id: z.string(),
    invoice_number: z.string().optional(),
    invoice_status: invoiceStatus,
    payment_status: paymentStatus,
    currency: z.string(),
    /** Each change of its states from its writing on, oldest first, by the environment's clock. */
    history: z.array(
      z.object({
        field: z.enum(['invoice_status', 'payment_status']),
        /** Left out where the invoice begins. */
        from: z.string().optional(),
        to: z.string(),
        reason: z.string().optional(),
        changed_at: instant,
        changed_by: z.string(),
      }),
    ),
    /** What has lowered what is due of it, oldest first: a credit note's id and number, or the line that late usage lowered. */
    adjustments: z.array(
      z.object({
        amount: z.string(),
        adjusted_at: instant,
        credit_note_id: z.string().optional(),
        credit_note_number: z.string().optional(),
        late_of: z.string().optional(),
        /** `credit_note`, `late_usage`, or the kind of the change: `plan_change`, `cancellation`, `pause`, … */
        reason: z.string(),
        /** The note, the line that late usage lowered, the change, or the schedule that was due. */
        source_id: z.string().optional(),
      }),
    ),
    /** What was taken back of it, whatever that lowered or gave back. */
    /** Which credits of which wallet paid what: at the closing, or by a payment of CREDITS; and what of it came back. */
    paid_by_credits: z.array(
      z.object({
        wallet_id: z.string(),
        wallet_transaction_id: z.string(),
        payment_id: z.string().optional(),
        amount: z.string(),
        credit_amount: z.string(),
        amount_returned: z.string(),
        consumption_breakdown: z.array(z.object({ credit_transaction_id: z.string(), credits: z.string() })),
      }),
    ),
    credit_notes: z.array(
      z.object({
        credit_note_id: z.string(),
        credit_note_number: z.string().optional(),
        credit_note_status: creditNoteStatus,
        credit_note_type: creditNoteType,
        total_amount: z.string(),
      }),
    ),
    lines: z.array(
      z.object({
        invoice_line_item_id: z.string(),
        subscription_line_item_id: z.string().optional(),
        price_id: z.string().optional(),
        display_name: z.string(),
        quantity: z.string(),
        amount: z.string(),
        period_start: instant,
        period_end: instant,
        /**
         * Price and tiers used, packages, proration: the amount can be computed again from it alone. Of a one-off what
         * its request stated.
         */
        explanation: z.record(z.string(), z.unknown()),
      }),
    ),
  })
  .meta({ id: 'InvoiceExplanationResponse' })
