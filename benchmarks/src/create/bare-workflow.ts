import type { SubscriptionCreationActivities } from '@flexprice/activities/subscription-creation'
import { proxyLocalActivities } from '@temporalio/workflow'

const { createSubscription } = proxyLocalActivities<
  Pick<SubscriptionCreationActivities, 'createSubscription'>
>({ startToCloseTimeout: '30 seconds' })

/** The floor of P12: one local activity and nothing else. */
export async function BareCreationWorkflow(
  input: Parameters<typeof createSubscription>[0],
): Promise<{ subscription_id: string }> {
  return createSubscription(input)
}
