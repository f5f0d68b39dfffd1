import { assert } from '@flexprice/domain'
import { movedEnd } from '@flexprice/domain/subscription'
import { earlier } from '@flexprice/domain/time'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { mapped, type Reading, rowsOf, together } from '../connection/together.ts'
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
  end: SubscriptionEnd,
  now: Date,
): Promise<HeldSubscription> {
  const [moved] = await together(scoped, endMoved(scoped, held, end, now))
  return moved
}

/** The same, to be sent beside others. */
export function endMoved(
  scoped: Scoped,
  held: HeldSubscription,
  { at, cancellation }: SubscriptionEnd,
  now: Date,
): Reading<HeldSubscription> {
  const { periodEnd, nextBillingAt } = movedEnd(endingTermsOf(held), at)
  const moved = { current_period_end: periodEnd, next_billing_at: nextBillingAt }
  return writeEnd(scoped, held, { end: { at, cancellation }, ...moved }, now)
}

/** Ends a subscription that the transaction holds, without a last invoice: to be sent beside others. */
export function subscriptionEnded(
  scoped: Scoped,
  held: HeldSubscription,
  end: SubscriptionEnd,
  now: Date,
): Reading<HeldSubscription> {
  const { at } = end
  assert(at, 'what has ended has an end')
  const { current_period_start: start, current_period_end } = held
  // A period that ends as it begins stays as it was: nothing of it is billed any more.
  const period = { current_period_end: at > start ? earlier(at, current_period_end) : current_period_end }
  const over = { ...period, next_billing_at: null, subscription_status: 'cancelled' } as const
  return writeEnd(scoped, held, { end, ...over }, now)
}

function writeEnd(
  scoped: Scoped,
  held: HeldSubscription,
  {
    end: { at, cancellation },
    ...moved
  }: { readonly end: SubscriptionEnd } & Pick<HeldSubscription, 'current_period_end' | 'next_billing_at'> &
    Partial<Pick<HeldSubscription, 'subscription_status'>>,
  now: Date,
): Reading<HeldSubscription> {
  const statement = scoped.db
    .updateTable('subscriptions')
    .set({
      end_date: at,
      cancel_at: cancellation && at,
      cancel_at_period_end: cancellation?.isAtPeriodEnd ?? false,
      cancel_proration_behavior: cancellation?.behavior ?? null,
      ...moved,
      version: held.version + 1,
      ...change(scoped.scope, now),
    })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', held.id)
    .where('version', '=', held.version)
    .returningAll()
  return mapped(rowsOf(statement), ([row]) => {
    assert(row, 'a subscription that is held is as it was read')
    return row
  })
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
