import { z } from 'zod'
import { paymentStatus } from '../invoices/invoice-choices.ts'
import { currency } from '../wire/currency.ts'
import { idempotencyKey } from '../wire/idempotency-key.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { positiveAmount } from '../wire/positive-amount.ts'
import { queryIds } from '../wire/query-identifiers.ts'
import { recordFields, recordStatus } from '../wire/record-fields.ts'
import { expand, listOf, queryPage } from '../wire/search.ts'
import { description, identifier, text } from '../wire/text.ts'

const destinationType = z.enum(['INVOICE', 'CUSTOMER'])
const paymentMethodType = z.enum(['CARD', 'ACH', 'OFFLINE', 'CREDITS', 'PAYMENT_LINK', 'UPI'])
const paymentGateway = z.enum(['stripe', 'razorpay', 'nomod', 'moyasar', 'paddle', 'whop', 'chargebee'])

export const createPaymentRequest = z.strictObject({
  destination_type: notBuiltValues(destinationType, ['CUSTOMER']),
  destination_id: identifier,
  // What needs a provider waits for one.
  payment_method_type: notBuiltValues(paymentMethodType, ['CARD', 'ACH', 'PAYMENT_LINK', 'UPI']),
  amount: positiveAmount,
  currency,
  /** Settles it at once; false keeps it INITIATED until it is processed. */
  process_payment: z.boolean().default(true),
  /** The same one is the same payment, for ever. */
  idempotency_key: idempotencyKey.optional(),
  metadata: metadata.optional(),
  cancel_url: notBuilt(text(2_000)),
  gateway_options: notBuilt(laterObject('PaymentGatewayOptions')),
  payment_gateway: notBuilt(paymentGateway),
  payment_method_id: notBuilt(identifier),
  save_card_and_make_default: notBuilt(z.boolean()),
  success_url: notBuilt(text(2_000)),
})

/** States in which a caller may put a payment; when it came there is told by the environment's clock. */
const settableStatus = z.string().pipe(z.enum(['SUCCEEDED', 'FAILED', 'VOIDED']))

export const updatePaymentRequest = z
  .strictObject({
    payment_status: settableStatus.optional().meta({ type: 'string', enum: undefined }),
    /** Why it failed. */
    error_message: description.optional(),
    metadata: metadata.optional(),
    failed_at: notBuilt(instant),
    gateway_payment_id: notBuilt(identifier),
    gateway_tracking_id: notBuilt(identifier),
    payment_gateway: notBuilt(text(50)),
    payment_method_id: notBuilt(identifier),
    refunded_at: notBuilt(instant),
    succeeded_at: notBuilt(instant),
    voided_at: notBuilt(instant),
  })
  .check((context) => {
    const { error_message: message, payment_status: status } = context.value
    if (message === undefined || status === 'FAILED') return
    const problem = 'comes with payment_status FAILED alone'
    context.issues.push({ code: 'custom', input: message, path: ['error_message'], message: problem })
  })

/** A text in the contract; it is one of these. */
function choiceOf<Choice extends z.ZodType<string, string>>(choices: Choice) {
  return z.string().pipe(choices).optional().meta({ type: 'string', enum: undefined })
}

export const paymentsQuery = z.strictObject({
  ...queryPage,
  payment_ids: queryIds.optional(),
  destination_id: identifier.optional(),
  destination_type: choiceOf(destinationType),
  payment_method_type: choiceOf(paymentMethodType),
  payment_status: choiceOf(paymentStatus),
  currency: currency.optional(),
  order: z.enum(['asc', 'desc']).optional(),
  sort: text(500).optional(),
  start_time: instant.optional().meta({ type: 'string', format: undefined }),
  end_time: instant.optional().meta({ type: 'string', format: undefined }),
  status: recordStatus.optional(),
  expand: expand(['invoice']),
  gateway_payment_id: notBuilt(identifier),
  gateway_tracking_id: notBuilt(identifier),
  payment_gateway: notBuilt(text(50)),
})

/** Fields of providers, which none is configured of. */
const laterFields = {
  attempts: z.array(laterObject('PaymentAttemptResponse')).optional(),
  gateway_metadata: z.record(z.string(), z.string()).optional(),
  gateway_payment_id: z.string().optional(),
  gateway_tracking_id: z.string().optional(),
  payment_gateway: z.string().optional(),
  payment_method_id: z.string().optional(),
  payment_url: z.string().optional(),
  refunded_at: instant.optional(),
  save_card_and_make_default: z.boolean().optional(),
  track_attempts: z.boolean().optional(),
}

/** Amounts are decimal texts in the currency's major unit. */
export const paymentResponse = z
  .object({
    ...recordFields,
    ...laterFields,
    destination_type: destinationType,
    destination_id: z.string(),
    invoice_number: z.string().optional(),
    payment_method_type: paymentMethodType,
    payment_status: paymentStatus,
    amount: z.string(),
    currency: z.string(),
    idempotency_key: z.string().optional(),
    error_message: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    succeeded_at: instant.optional(),
    failed_at: instant.optional(),
    voided_at: instant.optional(),
  })
  .meta({ id: 'PaymentResponse' })
export type PaymentResponse = z.output<typeof paymentResponse>

export const listPaymentsResponse = listOf(paymentResponse).meta({ id: 'ListPaymentsResponse' })

/**
 * What an invoice's payment has come to, as somebody saw it elsewhere: it is kept as an OFFLINE payment, and the state
 * follows from that one.
 */
export const updateInvoicePaymentStatusRequest = z.strictObject({
  payment_status: notBuiltValues(paymentStatus, [
    'INITIATED',
    'PROCESSING',
    'FAILED',
    'REFUNDED',
    'PARTIALLY_REFUNDED',
    'VOIDED',
  ]),
  /** What was paid now; all that remains unless given. */
  amount: positiveAmount.optional(),
})
