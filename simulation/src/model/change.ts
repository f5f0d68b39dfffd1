import type { Cancel, ChangeStep } from '../lives/change-step.ts'
import { billPeriod, type Surroundings } from './bill.ts'
import { bringUp } from './bring-up.ts'
import { changePlan } from './change-plan.ts'
import { creditAhead } from './credit-ahead.ts'
import { intervalAt } from './grid.ts'
import { modifyLine } from './modify-line.ts'
import { moveTrial } from './move-trial.ts'
import { pause, resume } from './pause.ts'
import type { State } from './price-acts.ts'
import type { Cancellation, Subscription } from './subscription.ts'

/** Changes a running subscription (billing rules, section 8). @returns false where that is refused, and nothing is done */
export function changeSubscription(state: State, step: ChangeStep, around: Surroundings): boolean {
  const subscription = state.subscriptions.get(step.subscription)
  if (!subscription) return false
  switch (step.kind) {
    case 'cancel':
      return cancel(subscription, step, around)
    case 'pause':
      return pause(subscription, step, around)
    case 'resume':
      return resume(subscription, step, around)
    case 'modify-line':
      return modifyLine(state, step, around)
    case 'change-plan':
      return changePlan(state, subscription, step, around)
    case 'move-trial':
      return moveTrial(subscription, step, around)
    case 'take-back-end':
      return takeBackEnd(subscription, around.now)
  }
}

function cancel(subscription: Subscription, step: Cancel, around: Surroundings): boolean {
  const { now } = around
  if (subscription.status === 'cancelled' || subscription.cancellation) return false
  const at = endOf(subscription, step, now)
  if (at === undefined) return false
  // In the instant of a boundary it is that period's end: nothing of the next is billed.
  if (at <= now || typeof step.when === 'object') {
    bringUp(subscription, around, { before: Math.min(at, now + 1) })
  }
  subscription.lastChangeAt = now
  subscription.pendingPlan = null
  const { isProrated } = step
  if (at > now) {
    moveEnd(subscription, at, { at, isProrated, isToCome: true, isSkipped: false })
    return true
  }
  const { isSkipped } = step
  const cancellation = { at, isProrated, isToCome: false, isSkipped }
  if (isProrated) creditAhead(subscription, at, around)
  const { current } = subscription
  if (at > current.start && !isSkipped) {
    moveEnd(subscription, at, cancellation)
    billPeriod(subscription, around)
    return true
  }
  const end = at > current.start ? Math.min(at, current.end) : current.end
  const over = { current: { ...current, end }, dueAt: null, status: 'cancelled' } as const
  Object.assign(subscription, { end: at, cancellation, ...over })
  return true
}

/** @returns undefined for one that is over by then, or where no such end can be */
function endOf(
  { start, end, current, lastChangeAt }: Subscription,
  { when }: Cancel,
  now: number,
): number | undefined {
  if (when === 'now') return end < now ? undefined : Math.max(start, now)
  if (when === 'period-end') return current.end
  const { time } = when
  const isFree = time > current.start && time >= (lastChangeAt ?? current.start) && time <= end
  return isFree ? time : undefined
}

function takeBackEnd(subscription: Subscription, now: number): boolean {
  const { cancellation, ownEnd, status, pendingPlan } = subscription
  if (pendingPlan) {
    if (pendingPlan.at <= now) return false
    subscription.pendingPlan = null
    return true
  }
  if (!cancellation?.isToCome || status === 'cancelled' || cancellation.at <= now) return false
  moveEnd(subscription, ownEnd, null)
  return true
}

/** An end cuts the period that holds it, and gives it back where it goes. */
function moveEnd(subscription: Subscription, end: number, cancellation: Cancellation | null): void {
  const { grid, current, trialEnd, status, dueAt } = subscription
  const whole = status === 'trialing' && trialEnd !== null ? trialEnd : intervalAt(grid, current.start).end
  const isDueWithIt = dueAt === current.end
  const cut = end > current.start ? { ...current, end: Math.min(whole, end) } : current
  Object.assign(subscription, { end, cancellation, current: cut, ...(isDueWithIt && { dueAt: cut.end }) })
}
