import type { SubscriptionCreationActivities } from '@flexprice/activities/subscription-creation'
import type { SubscriptionCreationInput, SubscriptionCreationResult } from '@flexprice/contracts/workflows'
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import { untilDone, whileSomebodyWaits } from '../retry.ts'

/**
 * Makes one subscription, begins a draft, or works through a stored list. A second request with the same
 * key meets the running one, or finds what an earlier one has made.
 */
export async function SubscriptionCreationWorkflow(
  input: SubscriptionCreationInput,
): Promise<SubscriptionCreationResult> {
  switch (input.kind) {
    case 'one':
      return createSubscription(input)
    case 'activation':
      return activateSubscription(input)
    case 'batch':
      return createSubscriptionBatch({ batch_id: input.batch_id })
  }
}

const { createSubscription, activateSubscription } = proxyLocalActivities<
  Pick<SubscriptionCreationActivities, 'createSubscription' | 'activateSubscription'>
>({
  startToCloseTimeout: '30 seconds',
  retry: whileSomebodyWaits,
})

const { createSubscriptionBatch } = proxyActivities<
  Pick<SubscriptionCreationActivities, 'createSubscriptionBatch'>
>({
  heartbeatTimeout: '30 seconds',
  startToCloseTimeout: '1 hour',
  scheduleToCloseTimeout: '24 hours',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: untilDone,
})
