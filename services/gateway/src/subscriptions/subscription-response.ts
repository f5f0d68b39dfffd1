import type { SubscriptionResponse } from '@flexprice/contracts/subscriptions'
import type { SubscriptionRow } from '@flexprice/database/subscriptions'
import type { Scope } from '@flexprice/domain'
import { recordResponse } from '../record-response.ts'

/** A subscription, without the records around it. */
export function subscriptionResponse(scope: Scope, row: SubscriptionRow): SubscriptionResponse {
  return {
    ...recordResponse(scope, row),
    status: row.status,
    customer_id: row.customer_id,
    plan_id: row.plan_id,
    currency: row.currency,
    subscription_status: row.subscription_status,
    subscription_type: 'standalone',
    billing_anchor: row.billing_anchor,
    billing_cadence: 'RECURRING',
    billing_cycle: row.billing_cycle,
    billing_period: row.billing_period,
    billing_period_count: row.billing_period_count,
    timezone: row.timezone,
    start_date: row.start_date,
    end_date: row.end_date ?? undefined,
    cancel_at: row.cancel_at ?? undefined,
    cancel_at_period_end: row.cancel_at_period_end,
    cancelled_at: cancelledAt(row),
    current_period_start: row.current_period_start,
    current_period_end: row.current_period_end,
    trial_start: row.trial_start ?? undefined,
    trial_end: row.trial_end ?? undefined,
    bill_from: row.bill_from ?? undefined,
    next_billing_at: row.next_billing_at ?? undefined,
    payment_behavior: row.payment_behavior,
    proration_behavior: row.proration_behavior,
    collection_method: row.collection_method,
    payment_terms: row.payment_terms ?? undefined,
    lookup_key: row.lookup_key ?? undefined,
    metadata: { ...row.metadata },
    synced_price_sequence: row.synced_up_to,
    version: row.version,
  }
}

/** The end's own instant, whenever it was heard of, or billed. */
function cancelledAt({ subscription_status: status, end_date: end }: SubscriptionRow): Date | undefined {
  return status === 'cancelled' ? (end ?? undefined) : undefined
}
