import { recurringPeriods } from '@flexprice/domain/time'
import { z } from 'zod'
import { billingPeriod } from '../catalog/price.ts'
import { invoiceResponse } from '../invoices/invoice.ts'
import { billingCycle, prorationBehavior, subscriptionStatus } from '../subscriptions/subscription-choices.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject } from '../wire/not-built.ts'
import { identifier } from '../wire/text.ts'

const periodCountMax = 1_000
export const periodCount = z.int().min(1).max(periodCountMax)
export const recurringPeriod = billingPeriod.refine((period) => period !== 'ONETIME', {
  error: `must be one of ${recurringPeriods.join(', ')}`,
})

export const changeType = z.enum(['upgrade', 'downgrade', 'lateral'])
export const changeAt = z.enum(['immediate', 'end_of_period'])

export const subscriptionChangeRequest = z.strictObject({
  target_plan_id: identifier,
  proration_behavior: prorationBehavior,
  /** With another one than the subscription has, a period begins as the change is made. */
  billing_period: recurringPeriod,
  billing_period_count: periodCount.optional(),
  billing_cycle: billingCycle,
  billing_cadence: z.literal('RECURRING').nullish(),
  change_at: changeAt.default('immediate'),
  /** Ours: it takes the place of a change that waits for the period's end. */
  supersede: z.boolean().optional(),
  metadata: metadata.optional(),
})
export type SubscriptionChangeRequest = z.output<typeof subscriptionChangeRequest>

export const planSummary = z
  .object({
    id: z.string(),
    name: z.string(),
    lookup_key: z.string().optional(),
    description: z.string().optional(),
  })
  .meta({ id: 'PlanSummary' })

/** Amounts are decimal texts. */
export const prorationDetails = z
  .object({
    currency: z.string(),
    credit_amount: z.string(),
    charge_amount: z.string(),
    /** Below 0 it comes back. */
    net_amount: z.string(),
    credit_description: z.string().optional(),
    charge_description: z.string().optional(),
    current_period_start: instant,
    current_period_end: instant,
    proration_date: instant,
    days_used: z.int(),
    days_remaining: z.int(),
  })
  .meta({ id: 'ProrationDetails' })

const billingCycleInfo = z
  .object({
    billing_anchor: instant,
    billing_cadence: z.literal('RECURRING'),
    billing_period: billingPeriod,
    billing_period_count: z.int(),
    period_start: instant,
    period_end: instant,
  })
  .meta({ id: 'BillingCycleInfo' })

const invoiceLineItemPreview = z
  .object({
    amount: z.string(),
    description: z.string().optional(),
    is_proration: z.boolean(),
    quantity: z.string(),
    unit_price: z.string().optional(),
    period_start: instant.optional(),
    period_end: instant.optional(),
  })
  .meta({ id: 'InvoiceLineItemPreview' })

const invoicePreview = z
  .object({
    currency: z.string(),
    subtotal: z.string(),
    tax_amount: z.string().optional(),
    total: z.string(),
    due_date: instant.optional(),
    line_items: z.array(invoiceLineItemPreview),
  })
  .meta({ id: 'InvoicePreview' })

const subscriptionSummary = z
  .object({
    id: z.string(),
    plan_id: z.string(),
    status: subscriptionStatus,
    billing_anchor: instant,
    current_period_start: instant,
    current_period_end: instant,
    created_at: instant,
    archived_at: instant.optional(),
  })
  .meta({ id: 'SubscriptionSummary' })

/** Ours: what was not asked for and may not be expected; none where there is nothing to tell. */
export const toldWarnings = { warnings: z.array(z.string()).optional() }

export const subscriptionChangePreviewResponse = z
  .object({
    subscription_id: z.string(),
    change_type: changeType,
    current_plan: planSummary,
    target_plan: planSummary,
    effective_date: instant,
    new_billing_cycle: billingCycleInfo,
    proration_details: prorationDetails.optional(),
    /** What is invoiced at once; none where nothing is to be paid. */
    next_invoice_preview: invoicePreview.optional(),
    warnings: z.array(z.string()),
    metadata: metadata.optional(),
  })
  .meta({ id: 'SubscriptionChangePreviewResponse' })
export type SubscriptionChangePreviewResponse = z.output<typeof subscriptionChangePreviewResponse>

export const subscriptionChangeExecuteResponse = z
  .object({
    change_type: changeType,
    effective_date: instant,
    is_scheduled: z.boolean(),
    schedule_id: z.string().optional(),
    scheduled_at: instant.optional(),
    /** As they were and are: it is one subscription, changed in place. */
    old_subscription: subscriptionSummary,
    new_subscription: subscriptionSummary,
    proration_applied: prorationDetails.optional(),
    invoice: invoiceResponse.optional(),
    ...toldWarnings,
    credit_grants: z.array(laterObject('CreditGrantResponse')).optional(),
    metadata: metadata.optional(),
  })
  .meta({ id: 'SubscriptionChangeExecuteResponse' })
export type SubscriptionChangeExecuteResponse = z.output<typeof subscriptionChangeExecuteResponse>
