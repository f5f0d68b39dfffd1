import type { SubscriptionCreationActivities } from '@flexprice/activities/subscription-creation'
import type { SubscriptionCreationInput, SubscriptionCreationResult } from '@flexprice/contracts/workflows'
import { proxyLocalActivities } from '@temporalio/workflow'
import { untilDone } from '../retry.ts'

/** TODO: what it brings about, and what a second request does. Deterministic: effects are in activities. */
export async function SubscriptionCreationWorkflow(input: SubscriptionCreationInput): Promise<SubscriptionCreationResult> {
  return subscriptionCreation(input)
}

const { subscriptionCreation } = proxyLocalActivities<SubscriptionCreationActivities>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: untilDone,
})
