import type { SubscriptionCreationInput, SubscriptionCreationResult } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database'

export interface SubscriptionCreationActivities {
  /** TODO: what it does, and idempotent by which key. */
  subscriptionCreation(input: SubscriptionCreationInput): Promise<SubscriptionCreationResult>
}

export interface SubscriptionCreationDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
}

export function createSubscriptionCreationActivities({ scoped }: SubscriptionCreationDependencies): SubscriptionCreationActivities {
  return {
    async subscriptionCreation({ id }) {
      // TODO: one file per activity once there is more than one.
      scoped()
      return { id }
    },
  }
}
