import { assert } from '@flexprice/domain'
import { movedEnd } from '@flexprice/domain/subscription'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { HeldSubscription } from './hold-subscription.ts'

/** The end that a subscription is to have. */
export interface SubscriptionEnd {
  /** Null: it goes on for ever. */
  readonly at: Date | null
  /** Of one that a cancellation sets; null: the subscription's own, and what a cancellation has set is taken back. */
  readonly cancellation: {
    readonly behavior: NonNullable<HeldSubscription['cancel_proration_behavior']>
    readonly isAtPeriodEnd: boolean
  } | null
}

/**
 * Gives a subscription that the transaction holds another end: its current period is cut by it, or whole again, and
 * billing comes at that period's end.
 *
 * @returns the subscription as it is then
 */
export async function moveEnd(
  scoped: Scoped,
  held: HeldSubscription,
  { at, cancellation }: SubscriptionEnd,
  now: Date,
): Promise<HeldSubscription> {
  const { periodEnd, nextBillingAt } = movedEnd(endingTermsOf(held), at)
  const [row] = await scoped.db
    .updateTable('subscriptions')
    .set({
      end_date: at,
      cancel_at: cancellation && at,
      cancel_at_period_end: cancellation?.isAtPeriodEnd ?? false,
      cancel_proration_behavior: cancellation?.behavior ?? null,
      current_period_end: periodEnd,
      next_billing_at: nextBillingAt,
      version: held.version + 1,
      ...change(scoped.scope, now),
    })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', held.id)
    .where('version', '=', held.version)
    .returningAll()
    .execute()
  assert(row, 'a subscription that is held is as it was read')
  return row
}

function endingTermsOf(held: HeldSubscription) {
  return {
    grid: {
      anchor: held.billing_anchor,
      period: held.billing_period,
      count: held.billing_period_count,
      timeZone: held.timezone,
    },
    period: { start: held.current_period_start, end: held.current_period_end },
    trialEnd: held.subscription_status === 'trialing' ? held.trial_end : null,
    nextBillingAt: held.next_billing_at,
  }
}
