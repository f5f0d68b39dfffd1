import { readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { takeUsageSnapshot } from '@flexprice/database/invoices'
import { assert, CodedError } from '@flexprice/domain'
import type { Period } from '@flexprice/domain/time'
import { calculateCharges } from '../calculate-charges/calculate-charges.ts'
import { billingSettings } from './billing-settings.ts'
import { ratedOrFailed } from './rated-or-failed.ts'
import { closeWritten, writeDrafts } from './write-drafts.ts'

export interface ClosedPeriod {
  readonly subscriptionId: string
  /** As far as its grid went. */
  readonly period: Period
  /** That it was of. */
  readonly plan: { readonly id: string; readonly name: string }
  readonly now: Date
}

/**
 * Bills what is open of a period that a change of the grid has ended (billing rules, section 8): usage and what is in
 * arrears, as a cycle's invoice of its own, on the old grid. In the transaction that holds the subscription, whose lines
 * have left that grid already.
 *
 * @returns the ids of its invoices
 * @throws state_conflict while the environment's billing is paused; what the billing failed with
 */
export async function closePeriod(
  transaction: Scoped,
  { subscriptionId, period, plan, now }: ClosedPeriod,
): Promise<string[]> {
  const settings = await billingSettings(transaction, subscriptionId)
  const facts = await readChargeFacts(transaction, [subscriptionId], { lock: true })
  const seenBy = await takeUsageSnapshot(transaction)
  const outcomes = await calculateCharges(transaction, facts, {
    choiceOf: () => ({ kind: 'closing', period }),
    seenBy,
    lock: true,
  })
  const { rated, failures } = ratedOrFailed(outcomes)
  const [failure] = failures
  if (failure) throw new CodedError(failure.code, failure.message)
  assert(rated.length === 1, 'what is held is rated')
  const ofPlan = rated.map((one) => {
    const subscription = { ...one.facts.subscription, plan_id: plan.id, plan_name: plan.name }
    return { ...one, facts: { ...one.facts, subscription } }
  })
  const { invoices, closing } = await writeDrafts(transaction, ofPlan, { settings, now, seenBy })
  await closeWritten(transaction, closing, { seenBy, now })
  return invoices.map(({ id }) => id)
}
