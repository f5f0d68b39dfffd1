import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { changeSubscription } from './change-subscription.ts'
import type { SubscriptionChangeDependencies } from './dependencies.ts'

export interface SubscriptionChangeActivities {
  /** Changes a subscription, or shows what that would do. Idempotent by the idempotency key. */
  changeSubscription(input: SubscriptionChangeInput): Promise<SubscriptionChangeResult>
}

export function createSubscriptionChangeActivities(
  dependencies: SubscriptionChangeDependencies,
): SubscriptionChangeActivities {
  return { changeSubscription: (input) => changeSubscription(dependencies, input) }
}
