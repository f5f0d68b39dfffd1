import { z } from 'zod'
import { invoiceResponse } from '../invoices/invoice.ts'
import { creditNoteStatus, creditNoteType, paymentStatus } from '../invoices/invoice-choices.ts'
import { subscriptionResponse } from '../subscriptions/subscription.ts'
import { idempotencyKey } from '../wire/idempotency-key.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { positiveAmount } from '../wire/positive-amount.ts'
import { recordFields } from '../wire/record-fields.ts'
import { description, identifier, name } from '../wire/text.ts'

const linesMax = 1_000
const creditNoteReason = z.enum([
  'DUPLICATE',
  'FRAUDULENT',
  'ORDER_CHANGE',
  'UNSATISFACTORY',
  'SERVICE_ISSUE',
  'BILLING_ERROR',
  'SUBSCRIPTION_CANCELLATION',
])
const refundTarget = z.enum(['PREPAID_WALLET', 'BACK_TO_SOURCE'])

/** Of one line of the invoice; the amount is before discount and tax, of which it takes its share along. */
export const createCreditNoteLineItem = z.strictObject({
  invoice_line_item_id: identifier,
  amount: positiveAmount,
  display_name: name.optional(),
  metadata: metadata.optional(),
})

export const createCreditNoteRequest = z.strictObject({
  invoice_id: identifier,
  reason: creditNoteReason,
  // An empty list is refused with what else is wrong with lines: it never means all of the invoice.
  line_items: z.array(createCreditNoteLineItem).max(linesMax).default([]),
  /** Where goes what is not due any more; what is due is lowered first. */
  refund_target: refundTarget.optional(),
  /** Finalizes it at once; false keeps a draft. */
  process_credit_note: z.boolean().default(true),
  memo: description.optional(),
  metadata: metadata.optional(),
  /** The same one is the same note, for ever. */
  idempotency_key: idempotencyKey.optional(),
  // Numbers are given without gaps, by us.
  credit_note_number: notBuilt(name),
})
export type CreateCreditNoteRequest = z.output<typeof createCreditNoteRequest>

export const finalizeCreditNoteRequest = z.strictObject({
  /** That of the creation unless given. */
  refund_target: refundTarget.optional(),
})

const creditNoteLineItem = z
  .object({
    ...recordFields,
    credit_note_id: z.string(),
    invoice_line_item_id: z.string(),
    display_name: z.string().optional(),
    currency: z.string(),
    /** Before discount and tax. */
    amount: z.string(),
    /** Ours: the line's share of what the invoice's line had of both. */
    discount_amount: z.string().optional(),
    tax_amount: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
  })
  .meta({ id: 'CreditnoteCreditNoteLineItem' })

/** Amounts are decimal texts in the currency's major unit. */
export const creditNoteResponse = z
  .object({
    ...recordFields,
    invoice_id: z.string(),
    /** As it is by now, without its lines. */
    invoice: invoiceResponse.optional(),
    customer_id: z.string(),
    customer: laterObject('Customer').optional(),
    subscription_id: z.string().optional(),
    subscription: subscriptionResponse.optional(),
    credit_note_number: z.string().optional(),
    credit_note_status: creditNoteStatus,
    /** REFUND as soon as some of it goes back as money; of a draft what it would be by now. */
    credit_note_type: creditNoteType,
    reason: creditNoteReason,
    refund_status: paymentStatus.optional(),
    currency: z.string(),
    /** Of its lines, after discount and tax. */
    total_amount: z.string(),
    memo: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    idempotency_key: z.string().optional(),
    line_items: z.array(creditNoteLineItem).optional(),
    finalized_at: instant.optional(),
    voided_at: instant.optional(),
    /** Ours: where what is money goes, as it was asked for. */
    refund_target: refundTarget.optional(),
    /** Ours: which invoices it has lowered, by how much; none once it is voided. */
    adjustments: z.array(z.object({ invoice_id: z.string(), amount: z.string() })).optional(),
    /** Ours: what of it was given back. */
    refunded_amount: z.string().optional(),
  })
  .meta({ id: 'CreditNoteResponse' })
export type CreditNoteResponse = z.output<typeof creditNoteResponse>
