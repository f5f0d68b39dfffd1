import type { PauseSubscription, ResumeSubscription } from '../lives/change-step.ts'
import type { Surroundings } from './bill.ts'
import { bringUp, statusAt } from './bring-up.ts'
import { creditAhead } from './credit-ahead.ts'
import { allLines } from './lines-of-subscription.ts'
import { aheadOf, settleChange } from './settle-change.ts'
import type { Subscription } from './subscription.ts'

/** Stands still from now or from the period's end on. @returns false where that is refused, and nothing is done */
export function pause(subscription: Subscription, step: PauseSubscription, around: Surroundings): boolean {
  const { now } = around
  if (subscription.start > now || subscription.cancellation) return false
  const isOpen = subscription.pauses.some(({ end }) => end > now)
  if (isOpen || statusAt(subscription, now) !== 'active') return false
  const { pendingPlan } = subscription
  if (pendingPlan && pendingPlan.at > now) return false
  bringUp(subscription, around)
  subscription.lastChangeAt = now
  const { isProrated } = step
  const start = step.when === 'now' ? now : subscription.current.end
  if (step.when === 'now') {
    if (isProrated) creditAhead(subscription, now, around)
    subscription.status = 'paused'
  }
  const open = { start, end: Infinity, beginsProrated: isProrated, endsProrated: false }
  subscription.pauses = [...subscription.pauses, open]
  return true
}

/** Goes on from now or from the period's end on; a pause that has not begun is taken back. */
export function resume(subscription: Subscription, step: ResumeSubscription, around: Surroundings): boolean {
  const { now } = around
  const status = statusAt(subscription, now)
  const open = subscription.pauses.find(({ end }) => end > now)
  if (!open || (status !== 'paused' && status !== 'active')) return false
  // To end when it is to end already is no change.
  const isAsItIs = open.end === (step.when === 'now' ? now : subscription.current.end)
  if (status === 'paused' && isAsItIs) return false
  bringUp(subscription, around)
  subscription.lastChangeAt = now
  if (status === 'active') {
    subscription.pauses = subscription.pauses.filter((one) => one !== open)
    return true
  }
  open.endsProrated = step.isProrated
  open.end = step.when === 'now' ? now : subscription.current.end
  if (step.when === 'now') {
    subscription.status = 'active'
    if (step.isProrated) chargeRest(subscription, around)
  }
  return true
}

/** The rest of the period in advance, as far as nobody has paid for it: it is billed at once. */
function chargeRest(subscription: Subscription, around: Surroundings): void {
  const { now } = around
  const paidFor = aheadOf(subscription, now).filter(({ creditedFrom }) => creditedFrom === null)
  const coming = allLines(subscription).filter(
    ({ start, chain: { id } }) => start === now && !paidFor.some(({ chain }) => chain === id),
  )
  settleChange(subscription, { going: new Set(), coming }, around)
}
