import type { MoveTrial } from '../lives/change-step.ts'
import { billPeriod, type Surroundings } from './bill.ts'
import { bringUp, statusAt } from './bring-up.ts'
import type { Subscription } from './subscription.ts'

/**
 * Another end of a trial that is at work, now or ahead: an anniversary goes by it, any other anchor stays (billing rules,
 * section 7). @returns false where that is refused, and nothing is done
 */
export function moveTrial(subscription: Subscription, { time }: MoveTrial, around: Surroundings): boolean {
  const { now } = around
  const { start, end, cancellation, trialEnd } = subscription
  if (start > now || cancellation || trialEnd === null) return false
  if (statusAt(subscription, now) !== 'trialing') return false
  const to = time ?? now
  if (to < now || to <= start || to > end) return false
  bringUp(subscription, around)
  const { grid, current } = subscription
  const anchor = grid.anchor === trialEnd ? to : grid.anchor
  Object.assign(subscription, {
    ...{ trialEnd: to, grid: { ...grid, anchor }, current: { ...current, end: to }, dueAt: to },
    lastChangeAt: now,
  })
  around.money.moveTrial(subscription, trialEnd)
  if (to <= now) billPeriod(subscription, around)
  return true
}
