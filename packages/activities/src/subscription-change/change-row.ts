import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import type { ChangedSubscription, SubscriptionChange } from '@flexprice/database/changes'
import { formatDecimal } from '@flexprice/domain/money'
import type { PreparedChange } from './prepared-change.ts'

/** A change as its row. */
export function changeRow(
  { subscription }: ChargeFacts,
  { planned, toPlan }: Pick<PreparedChange, 'planned' | 'toPlan'>,
  {
    changeId,
    input,
    result,
  }: {
    readonly changeId: string
    /** Of a boundary's: nobody's request, but the schedule's. */
    readonly input: Pick<SubscriptionChangeInput, 'idempotency_key' | 'request_hash' | 'request'> | null
    readonly result: SubscriptionChangeResult
  },
): SubscriptionChange['change'] {
  return {
    id: changeId,
    subscription_id: subscription.id,
    kind: input?.request.kind ?? 'plan_change',
    idempotency_key: input?.idempotency_key ?? null,
    request_hash: input?.request_hash ?? null,
    effective_at: planned.at,
    from_plan_id: subscription.plan_id,
    to_plan_id: toPlan.id,
    proration_behavior: planned.behavior,
    currency: subscription.currency,
    net_amount: formatDecimal(planned.net),
    result,
  }
}

/** What changes can move of a subscription, as it is. */
export function changing(subscription: ChargeFacts['subscription']): ChangedSubscription {
  return {
    plan_id: subscription.plan_id,
    synced_price_sequence: subscription.synced_price_sequence,
    billing_period: subscription.billing_period,
    billing_period_count: subscription.billing_period_count,
    billing_cycle: subscription.billing_cycle,
    billing_anchor: subscription.billing_anchor,
    current_period_start: subscription.current_period_start,
    current_period_end: subscription.current_period_end,
    next_billing_at: subscription.next_billing_at,
    subscription_status: subscription.subscription_status,
    end_date: subscription.end_date,
    trial_end: subscription.trial_end,
  }
}
