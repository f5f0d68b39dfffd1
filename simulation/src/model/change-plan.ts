import type { ChangePlan } from '../lives/change-step.ts'
import type { Surroundings } from './bill.ts'
import { bringUp, statusAt } from './bring-up.ts'
import { allLines } from './lines-of-subscription.ts'
import { canMove, movePlan } from './move-plan.ts'
import type { State } from './price-acts.ts'
import { settleChange } from './settle-change.ts'
import type { Subscription } from './subscription.ts'

/** To another plan, now or with the period. @returns false where that is refused, and nothing is done */
export function changePlan(
  { chains }: State,
  subscription: Subscription,
  step: ChangePlan,
  around: Surroundings,
): boolean {
  const { now } = around
  const { plan, supersedes } = step
  if (subscription.start > now || subscription.cancellation) return false
  if (step.when === 'period-end') {
    const { status, current, pendingPlan, end } = subscription
    const at = current.end
    const isRunning = status === 'active' || status === 'trialing'
    if (!isRunning || step.isProrated || end <= at || plan === subscription.plan) return false
    // The very change that waits already takes the place of itself no more than another's without its word.
    if (pendingPlan && (!supersedes || pendingPlan.plan === plan)) return false
    if (!canMove(subscription, { plan, at }, chains)) return false
    subscription.pendingPlan = { plan, at }
    return true
  }
  const status = statusAt(subscription, now)
  if (status !== 'active' && status !== 'trialing') return false
  const { pendingPlan } = subscription
  const isMoved = pendingPlan !== null && pendingPlan.at <= now && canMove(subscription, pendingPlan, chains)
  if (plan === (isMoved ? pendingPlan.plan : subscription.plan)) return false
  if (pendingPlan && pendingPlan.at > now && !supersedes) return false
  if (!canMove(subscription, { plan, at: now }, chains)) return false
  bringUp(subscription, around)
  const going = movePlan(subscription, { plan, at: now }, around)
  subscription.lastChangeAt = now
  if (!step.isProrated) return true
  const coming = allLines(subscription).filter(({ chain }) => subscription.chains.has(chain.id))
  settleChange(subscription, { going, coming }, around)
  return true
}
