import { billPeriod, type Surroundings } from './bill.ts'
import { isPausedAt } from './pauses.ts'
import type { Subscription } from './subscription.ts'

/** Bills what is behind, one period after the other. */
export function bringUp(subscription: Subscription, around: Surroundings): void {
  while (subscription.dueAt !== null && subscription.dueAt <= around.now) billPeriod(subscription, around)
}

/** What it is once all that is behind was billed. */
export function statusAt(
  { status, end, trialEnd, pauses, dueAt }: Subscription,
  now: number,
): Subscription['status'] {
  if (dueAt === null || dueAt > now) return status
  if (end <= now) return 'cancelled'
  if (trialEnd !== null && now < trialEnd) return 'trialing'
  return isPausedAt(pauses, now) ? 'paused' : 'active'
}
