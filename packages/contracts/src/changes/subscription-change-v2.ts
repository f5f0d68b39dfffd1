import { z } from 'zod'
import { invoiceResponse } from '../invoices/invoice.ts'
import { subscriptionResponse } from '../subscriptions/subscription.ts'
import { billingCycle, prorationBehavior, subscriptionStatus } from '../subscriptions/subscription-choices.ts'
import { walletTransactionResponse } from '../wallets/wallet-transaction.ts'
import { idempotencyKey } from '../wire/idempotency-key.ts'
import { instant } from '../wire/instant.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { identifier } from '../wire/text.ts'
import {
  changeAt,
  changeType,
  periodCount,
  planSummary,
  prorationDetails,
  recurringPeriod,
} from './subscription-change.ts'

const periodBehaviour = z.enum(['unchanged', 'anchor_at_effect', 'anchor_at_config'])

/** What is left out stays as it is. */
const billingPeriodConfig = z.strictObject({
  billing_anchor: instant.optional(),
  billing_cycle: billingCycle.optional(),
  billing_period_count: periodCount.optional(),
  billing_period_unit: recurringPeriod.optional(),
})

/** What becomes of addons, which there are none of yet. */
export const entityPolicies = z.strictObject({ addons: notBuilt(laterObject('EntityChangePolicy')) })

export const subscriptionPlanChangeRequest = z
  .strictObject({
    target_plan_id: identifier,
    proration_behavior: prorationBehavior,
    change_at: changeAt.default('immediate'),
    /** Whether a period begins as the change is made, there or by an anchor that is given. */
    billing_period_behaviour: periodBehaviour.default('unchanged'),
    billing_period_config: billingPeriodConfig.optional(),
    entity_policies: entityPolicies.optional(),
    on_conflict_policies: z
      .strictObject({ on_pending_schedule: z.enum(['reject', 'supersede']).optional() })
      .optional(),
    /** The same one is the same change, for ever. */
    idempotency_key: idempotencyKey.optional(),
    metadata: metadata.optional(),
  })
  .check((context) => {
    const { billing_period_behaviour: behaviour, billing_period_config: config } = context.value
    const refuse = (field: string, message: string) =>
      context.issues.push({
        code: 'custom',
        input: context.value,
        path: ['billing_period_config', ...(field ? [field] : [])],
        message,
      })
    const says = {
      anchor: config?.billing_anchor !== undefined,
      calendar: config?.billing_cycle === 'calendar',
    }
    if (behaviour === 'unchanged' && config !== undefined && Object.keys(config).length > 0) {
      refuse('', 'comes with anchor_at_effect or anchor_at_config')
    }
    if (behaviour === 'anchor_at_effect' && says.anchor)
      refuse('billing_anchor', 'comes with anchor_at_config')
    if (behaviour === 'anchor_at_effect' && says.calendar)
      refuse('billing_cycle', 'calendar comes with anchor_at_config')
    if (behaviour === 'anchor_at_config' && !says.anchor && !says.calendar) {
      refuse('billing_anchor', 'must be given, or billing_cycle calendar')
    }
  })
export type SubscriptionPlanChangeRequest = z.output<typeof subscriptionPlanChangeRequest>

const changedInvoice = z
  .object({
    id: z.string(),
    action: z.enum(['created', 'wallet_credit']),
    status: z.enum(['preview', 'issued']),
    invoice: invoiceResponse.optional(),
    /** Of a wallet_credit: what has come back to a wallet. */
    wallet_transaction: walletTransactionResponse.optional(),
  })
  .meta({ id: 'ChangedInvoice' })

const changedLineItem = z
  .object({
    id: z.string(),
    subscription_id: z.string(),
    change_action: z.enum(['created', 'updated', 'ended']),
    price_id: z.string(),
    quantity: z.string(),
    start_date: instant,
    end_date: instant.optional(),
  })
  .meta({ id: 'ChangedLineItem' })

const changedSubscription = z
  .object({
    id: z.string(),
    action: z.enum(['created', 'updated']),
    status: subscriptionStatus,
    current_period_end: instant,
    trial_end: instant.optional(),
  })
  .meta({ id: 'ChangedSubscription' })

export const changedResources = z
  .object({
    invoices: z.array(changedInvoice),
    line_items: z.array(changedLineItem),
    subscriptions: z.array(changedSubscription),
    addon_associations: z.array(laterObject('ChangedAddonAssociation')).optional(),
  })
  .meta({ id: 'ChangedResources' })
/** Ours: what it gives back and charges. What is netted is on its invoice; the rest lowers what is due, or is given back. */
export const changedMoney = {
  proration: prorationDetails.optional(),
  credits: z
    .array(
      z.object({
        /** That billed what is credited, and of which line. */
        invoice_id: z.string(),
        subscription_line_item_id: z.string(),
        period_start: instant,
        period_end: instant,
        amount: z.string(),
        netted_amount: z.string(),
      }),
    )
    .optional(),
}
export type ChangedResources = z.output<typeof changedResources>

export const subscriptionPlanChangeResponse = z
  .object({
    change_type: changeType,
    effective_at: instant,
    is_scheduled: z.boolean(),
    schedule_id: z.string().optional(),
    scheduled_at: instant.optional(),
    superseded_schedules: z.array(z.string()),
    from_plan: planSummary,
    to_plan: planSummary,
    billing_period: z
      .object({
        behaviour: periodBehaviour,
        billing_anchor: instant,
        current_period_start: instant,
        current_period_end: instant,
      })
      .meta({ id: 'SubscriptionChangeBillingPeriodResult' }),
    changed_resources: changedResources,
    ...changedMoney,
    entity_changes: z.array(laterObject('EntityChangeResult')).optional(),
    /** As it is by then; of a preview as it still is. */
    subscription: subscriptionResponse,
    warnings: z.array(z.string()),
    metadata: metadata.optional(),
  })
  .meta({ id: 'SubscriptionChangeV2Response' })
export type SubscriptionPlanChangeResponse = z.output<typeof subscriptionPlanChangeResponse>
