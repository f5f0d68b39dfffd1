import type { SubscriptionBatchResult } from '@flexprice/contracts/workflows'
import { activateSubscription } from './activate-subscription.ts'
import { createSubscription } from './create-subscription.ts'
import { createSubscriptionBatch } from './create-subscription-batch.ts'
import type {
  ActivateSubscriptionInput,
  CreateSubscriptionInput,
  SubscriptionCreationDependencies,
} from './dependencies.ts'

export interface SubscriptionCreationActivities {
  /** Makes one subscription. Idempotent by the idempotency key. */
  createSubscription(input: CreateSubscriptionInput): Promise<{ subscription_id: string }>
  /** Makes a stored list of subscriptions, page by page. Idempotent by the batch's cursor and its items' keys. */
  createSubscriptionBatch(input: { batch_id: string }): Promise<SubscriptionBatchResult>
  /** Begins a draft. Idempotent by (subscription, start). */
  activateSubscription(input: ActivateSubscriptionInput): Promise<{ subscription_id: string }>
}

export function createSubscriptionCreationActivities(
  dependencies: SubscriptionCreationDependencies,
): SubscriptionCreationActivities {
  return {
    createSubscription: (input) => createSubscription(dependencies, input),
    createSubscriptionBatch: (input) => createSubscriptionBatch(dependencies, input),
    activateSubscription: (input) => activateSubscription(dependencies, input),
  }
}
