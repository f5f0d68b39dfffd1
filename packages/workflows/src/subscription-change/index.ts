import type { SubscriptionChangeActivities } from '@flexprice/activities/subscription-change'
import type { SubscriptionChangeInput, SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { proxyLocalActivities } from '@temporalio/workflow'
import { whileSomebodyWaits } from '../retry.ts'

/**
 * Changes a running subscription, or shows what that would do. A second request with the same key meets the running one,
 * or finds what an earlier one has made.
 */
export async function SubscriptionChangeWorkflow(
  input: SubscriptionChangeInput,
): Promise<SubscriptionChangeResult> {
  return changeSubscription(input)
}

const { changeSubscription } = proxyLocalActivities<SubscriptionChangeActivities>({
  startToCloseTimeout: '30 seconds',
  retry: whileSomebodyWaits,
})
