import type { SubscriptionAdvance } from '@flexprice/database/billing'
import type { ChargeFacts } from '@flexprice/database/calculations'
import type { Period } from '@flexprice/domain/time'
import type { BillingReason } from '../calculate-charges/billed-cycle.ts'

type Subscription = ChargeFacts['subscription']

/** What was billed of a subscription, as far as it decides how it goes on. */
export interface Billed {
  readonly reason: BillingReason
  /** The period that begins; null where the subscription's end has come. */
  readonly opens: Period | null
  /** False when nothing of its invoice is to be paid, or there is none. */
  readonly isUnpaid: boolean
}

/**
 * Where a subscription goes once its due period is billed (billing rules, sections 7 and 8): into the period that
 * begins; or, its last one billed and its end passed, it is cancelled.
 */
export function advanceOf({ subscription, pauses }: ChargeFacts, billed: Billed): SubscriptionAdvance {
  const { id, version } = subscription
  const { opens } = billed
  if (opens === null) return endOf(subscription)
  const status = isPausedAt(pauses, opens.start) ? 'paused' : statusOf(subscription, billed)
  return { id, version, status, period: opens, nextBillingAt: opens.end }
}

function isPausedAt(pauses: ChargeFacts['pauses'], at: Date): boolean {
  return pauses.some(({ start, end }) => start <= at && (!end || end > at))
}

/** Its end has come, and nothing is due any more. */
export function endOf(subscription: Subscription): SubscriptionAdvance {
  const { id, version, current_period_start: start, current_period_end: end } = subscription
  return { id, version, status: 'cancelled', period: { start, end }, nextBillingAt: null }
}

/**
 * The first invoice that waits for its payment makes a subscription incomplete where its payment behaviour says so;
 * one that is sent makes nothing incomplete, as at a creation (billing rules, section 7).
 */
function statusOf(
  { payment_behavior, collection_method }: Subscription,
  { reason, isUnpaid }: Billed,
): SubscriptionAdvance['status'] {
  if (reason === 'SUBSCRIPTION_TRIAL_START') return 'trialing'
  const isFirst = reason === 'SUBSCRIPTION_CREATE' || reason === 'SUBSCRIPTION_TRIAL_END'
  if (!isFirst || !isUnpaid || collection_method === 'send_invoice') return 'active'
  return payment_behavior === 'default_active' ? 'active' : 'incomplete'
}
