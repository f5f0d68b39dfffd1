import { billingPeriods } from '@flexprice/domain/time'
import { z } from 'zod'
import { billingCadence, billingPeriod } from '../catalog/price.ts'
import { customerResponse } from '../customers/customer.ts'
import { planResponse } from '../plans/plan.ts'
import { instant } from '../wire/instant.ts'
import { laterObject, notBuilt, notBuiltValues } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { identifier, identifiers, text } from '../wire/text.ts'
import { skippedPrice } from './skipped-price.ts'
import { billingCycle, paymentTerms, prorationBehavior, subscriptionStatus } from './subscription-choices.ts'
import { subscriptionLineItem, subscriptionLineItemResponse } from './subscription-line-item.ts'
import { pauseStatus, subscriptionPause } from './subscription-pause.ts'

const statusesMax = 10

/** What an answer can have around each subscription. */
const expandSubscription = expand(
  ['customer', 'plan', 'line_items', 'meters', 'prices', 'entitlements', 'latest_invoice'],
  {
    subscription_line_items: ['line_items'],
    'subscription_line_items.meters': ['line_items', 'meters'],
    'subscription_line_items.prices': ['line_items', 'prices'],
  },
)

const subscriptionType = z.enum([
  'standalone',
  'delegated_invoicing',
  'parent',
  'inherited',
  'grouped_invoicing',
])

export const subscriptionFilter = z.strictObject({
  ...searchFields,
  subscription_ids: identifiers.optional(),
  customer_id: identifier.optional(),
  customer_ids: identifiers.optional(),
  external_customer_id: identifier.optional(),
  plan_id: identifier.optional(),
  subscription_status: z.array(subscriptionStatus).max(statusesMax).optional(),
  // Every subscription of ours is standalone so far.
  subscription_type: z
    .array(
      notBuiltValues(subscriptionType, ['delegated_invoicing', 'parent', 'inherited', 'grouped_invoicing']),
    )
    .max(statusesMax)
    .optional(),
  billing_period: z.array(billingPeriod).max(billingPeriods.length).optional(),
  billing_cadence: z.array(billingCadence).max(statusesMax).optional(),
  active_at: instant.optional(),
  trial_end_due_lte: instant.optional(),
  with_line_items: z.boolean().default(false),
  expand: expandSubscription,
  effective_date_for_update: notBuilt(text(50)),
  invoicing_customer_ids: notBuilt(identifiers),
  parent_subscription_ids: notBuilt(identifiers),
  with_coupon_associations: notBuilt(z.boolean()),
})
export type SubscriptionFilter = z.output<typeof subscriptionFilter>

export const subscriptionsOfCustomerQuery = z.strictObject({
  expand: expandSubscription,
})

/** Fields of things that come with their own issues: in the contract, left out by us until then. */
const laterFields = {
  active_pause_id: z.string().optional(),
  auto_invoice_threshold: z.string().optional(),
  cancel_at: instant.optional(),
  cancel_at_period_end: z.boolean().optional(),
  cancelled_at: instant.optional(),
  checkout_session: laterObject('CheckoutSessionResponse').optional(),
  commitment_amount: z.string().optional(),
  commitment_duration: billingPeriod.optional(),
  coupon_associations: z.array(laterObject('CouponAssociationResponse')).optional(),
  credit_grants: z.array(laterObject('CreditGrantResponse')).optional(),
  enable_true_up: z.boolean().optional(),
  entitlements: z.array(laterObject('AggregatedFeature')).optional(),
  gateway_payment_method_id: z.string().optional(),
  invoicing_customer_id: z.string().optional(),
  line_item_grouping: z.enum(['per_charge_period', 'per_billing_period']).optional(),
  overage_factor: z.string().optional(),
  parent_subscription_id: z.string().optional(),
  pause_status: pauseStatus.optional(),
  pauses: z.array(subscriptionPause).optional(),
  phases: z.array(laterObject('SubscriptionPhaseResponse')).optional(),
}

export const subscriptionResponse = z
  .object({
    ...recordFields,
    ...laterFields,
    customer_id: z.string(),
    customer: customerResponse.optional(),
    plan_id: z.string(),
    plan: planResponse.optional(),
    line_items: z.array(subscriptionLineItem).optional(),
    currency: z.string(),
    subscription_status: subscriptionStatus,
    subscription_type: subscriptionType,
    billing_anchor: instant.optional(),
    billing_cadence: billingCadence,
    billing_cycle: billingCycle.optional(),
    billing_period: billingPeriod,
    billing_period_count: z.int(),
    timezone: z.string().optional(),
    start_date: instant,
    end_date: instant.optional(),
    current_period_start: instant.optional(),
    current_period_end: instant.optional(),
    trial_start: instant.optional(),
    trial_end: instant.optional(),
    /** Ours: what lies before counts as billed. */
    bill_from: instant.optional(),
    // Texts in the contract: a new choice of ours must not break a strict client.
    payment_behavior: z.string().optional(),
    collection_method: z.string().optional(),
    proration_behavior: prorationBehavior.optional(),
    payment_terms: paymentTerms.optional(),
    // An invoice's schema contains its subscription's: here its form is left open, so that none contains itself.
    latest_invoice: laterObject('InvoiceResponse').optional(),
    /** When billing has something to do next. */
    next_billing_at: instant.optional(),
    lookup_key: z.string().optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    synced_price_sequence: z.int().optional(),
    version: z.int().optional(),
    /** Ours, of a creation and an activation: what nobody asked for, such as time that no price bills. */
    warnings: z.array(z.string()).optional(),
    /** Ours, of a creation and an activation: what of the plan bills nothing here, or nothing yet. */
    skipped_prices: z.array(skippedPrice).optional(),
  })
  .meta({ id: 'SubscriptionResponse' })
export type SubscriptionResponse = z.output<typeof subscriptionResponse>

/** The same without the customer's newest invoice and features, as the contract's second version has it. */
export const subscriptionResponseV2 = z
  .object(subscriptionResponse.shape)
  .omit({ checkout_session: true, entitlements: true, latest_invoice: true })
  .extend({
    line_items: z.array(subscriptionLineItemResponse).optional(),
    /** An edit of its plan's prices has not been synced to it. */
    plan_prices_out_of_sync: z.boolean(),
  })
  .meta({ id: 'SubscriptionResponseV2' })

export const getSubscriptionV2Query = z.strictObject({ expand: expandSubscription })

export const listSubscriptionsResponse = listOf(subscriptionResponse).meta({
  id: 'ListSubscriptionsResponse',
})
