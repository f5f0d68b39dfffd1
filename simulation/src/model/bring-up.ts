import { billPeriod, type Surroundings } from './bill.ts'
import { isPausedAt } from './pauses.ts'
import type { Subscription } from './subscription.ts'

/** Bills what is behind, one period after the other, and gives what fell due before each; unless it is told, by now. */
export function bringUp(
  subscription: Subscription,
  around: Surroundings,
  { before }: { readonly before: number } = { before: around.now + 1 },
): void {
  for (;;) {
    if (around.money.giveDue(subscription, before - 1)) continue
    if (subscription.dueAt === null || subscription.dueAt >= before) return
    billPeriod(subscription, around)
  }
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
