import type { ModifyLine } from '../lives/change-step.ts'
import type { Surroundings } from './bill.ts'
import { linesOfChain } from './lines-of-subscription.ts'
import { changeLine, type State } from './price-acts.ts'
import { settleChange } from './settle-change.ts'

/** Another quantity, a line that ends or comes, as a change. @returns false where there is no place for it */
export function modifyLine(state: State, step: ModifyLine, around: Surroundings): boolean {
  const { now } = around
  const subscription = state.subscriptions.get(step.subscription)
  if (!subscription || subscription.start > now || subscription.cancellation) return false
  const { status, dueAt } = subscription
  if ((status !== 'active' && status !== 'trialing') || (dueAt !== null && dueAt <= now)) return false
  if (!changeLine(state, { ...step, kind: step.act }, { isByChange: true })) return false
  subscription.lastChangeAt = now
  const { chain } = step
  settleChange(subscription, { going: new Set([chain]), coming: linesOfChain(subscription, chain) }, around)
  return true
}
