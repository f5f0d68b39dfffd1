import type { ModifyLine } from '../lives/change-step.ts'
import type { Surroundings } from './bill.ts'
import { bringUp } from './bring-up.ts'
import { linesOfChain } from './lines-of-subscription.ts'
import { changeLine, type State } from './price-acts.ts'
import { settleChange } from './settle-change.ts'
import type { Subscription } from './subscription.ts'

/**
 * Another quantity or amount, a line that ends or comes, as a change; credits that fall due in its instant come before it.
 * @returns false where there is no place for it
 */
export function modifyLine(state: State, step: ModifyLine, around: Surroundings): boolean {
  const { now } = around
  const subscription = state.subscriptions.get(step.subscription)
  if (!subscription || subscription.start > now || subscription.cancellation) return false
  const { status, dueAt } = subscription
  if ((status !== 'active' && status !== 'trialing') || (dueAt !== null && dueAt <= now)) return false
  if (!change(state, subscription, step)) return false
  bringUp(subscription, around)
  subscription.lastChangeAt = now
  const { chain } = step
  settleChange(subscription, { going: new Set([chain]), coming: linesOfChain(subscription, chain) }, around)
  return true
}

function change(state: State, subscription: Subscription, step: ModifyLine): boolean {
  if (step.act !== 'own-amount') return changeLine(state, { ...step, kind: step.act }, { isByChange: true })
  const line = linesOfChain(subscription, step.chain).find(
    ({ start, end }) => start <= step.at && end > step.at,
  )
  // Tiers have no amount; one that is as it was changes nothing.
  const { money } = line ?? {}
  if (step.amount === undefined || !money || money.amount === step.amount) return false
  if (money.model !== 'FLAT_FEE' && money.model !== 'PACKAGE') return false
  const own = { ...step, kind: 'override-price', money: { ...money, amount: step.amount } } as const
  return changeLine(state, own, { isByChange: true })
}
