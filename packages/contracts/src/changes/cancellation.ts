import { z } from 'zod'
import { invoiceResponse } from '../invoices/invoice.ts'
import { prorationBehavior, subscriptionStatus } from '../subscriptions/subscription-choices.ts'
import { instant } from '../wire/instant.ts'
import { description } from '../wire/text.ts'
import { toldWarnings } from './subscription-change.ts'

const cancellationType = z.enum(['immediate', 'end_of_period', 'scheduled_date'])

export const cancelSubscriptionRequest = z
  .strictObject({
    cancellation_type: cancellationType,
    /** Of a scheduled_date: also in the past, inside the current period. */
    cancel_at: instant.optional(),
    /** Of an immediate one: `skip` leaves the usage and the arrear since the last invoice unbilled. */
    cancel_immediately_invoice_policy: z.enum(['generate_invoice', 'skip']).default('generate_invoice'),
    proration_behavior: prorationBehavior.default('none'),
    reason: description.default(''),
  })
  .check((context) => {
    const {
      cancellation_type: type,
      cancel_at: at,
      cancel_immediately_invoice_policy: policy,
    } = context.value
    const refuse = (path: string, message: string) =>
      context.issues.push({ code: 'custom', input: context.value, path: [path], message })
    if (type === 'scheduled_date' && at === undefined)
      refuse('cancel_at', 'must be given with scheduled_date')
    if (type !== 'scheduled_date' && at !== undefined) refuse('cancel_at', 'comes with scheduled_date alone')
    if (type !== 'immediate' && policy === 'skip') {
      refuse('cancel_immediately_invoice_policy', 'skip comes with immediate alone')
    }
  })
export type CancelSubscriptionRequest = z.output<typeof cancelSubscriptionRequest>

/** What of a line's billed time comes back. Amounts are decimal texts. */
const prorationDetail = z
  .object({
    line_item_id: z.string(),
    price_id: z.string().optional(),
    plan_name: z.string().optional(),
    description: z.string().optional(),
    original_amount: z.string().optional(),
    credit_amount: z.string(),
    charge_amount: z.string(),
    /** Whole days of 24 hours, for people: amounts go by milliseconds. */
    proration_days: z.int(),
  })
  .meta({ id: 'ProrationDetail' })

export const cancelSubscriptionResponse = z
  .object({
    subscription_id: z.string(),
    cancellation_type: cancellationType,
    /** The end's instant. */
    effective_date: instant,
    status: subscriptionStatus,
    reason: z.string().optional(),
    message: z.string(),
    processed_at: instant,
    proration_details: z.array(prorationDetail),
    total_credit_amount: z.string(),
    /** The last period's, where the end has come: a draft as long as it waits for late usage. */
    proration_invoice: invoiceResponse.optional(),
    /** Ours: of an end that lies ahead, by which it can be taken back. */
    schedule_id: z.string().optional(),
    ...toldWarnings,
  })
  .meta({ id: 'CancelSubscriptionResponse' })
export type CancelSubscriptionResponse = z.output<typeof cancelSubscriptionResponse>

/** Ours: what a cancellation, a pause or its end would do, to the cent. */
export const standingChangePreview = z
  .object({
    subscription_id: z.string(),
    effective_date: instant,
    status: subscriptionStatus,
    total_credit_amount: z.string(),
    total_charge_amount: z.string(),
    proration_details: z.array(prorationDetail),
    /** What would be billed at once, without numbers. */
    invoices: z.array(invoiceResponse),
    ...toldWarnings,
  })
  .meta({ id: 'StandingChangePreview' })
export type StandingChangePreview = z.output<typeof standingChangePreview>
