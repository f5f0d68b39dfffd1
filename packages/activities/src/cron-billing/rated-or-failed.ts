import type { BillingFailure } from '@flexprice/database/billing'
import type { ChargeOutcome, SubscriptionCharges } from '../calculate-charges/calculate-charges.ts'

/** What could be rated, to be written; and what could not, which is left out and kept as its failure. */
export function ratedOrFailed(outcomes: readonly ChargeOutcome[]): {
  readonly rated: readonly SubscriptionCharges[]
  readonly failures: readonly BillingFailure[]
} {
  const rated: SubscriptionCharges[] = []
  const failures: BillingFailure[] = []
  for (const outcome of outcomes) {
    if ('error' in outcome) {
      const { code, message } = outcome.error
      failures.push({ subscriptionId: outcome.facts.subscription.id, code, message })
    } else rated.push(outcome)
  }
  return { rated, failures }
}
