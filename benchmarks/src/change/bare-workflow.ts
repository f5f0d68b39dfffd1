import type { SubscriptionChangeActivities } from '@flexprice/activities/subscription-change'
import { proxyLocalActivities } from '@temporalio/workflow'

const { changeSubscription } = proxyLocalActivities<Pick<SubscriptionChangeActivities, 'changeSubscription'>>(
  { startToCloseTimeout: '30 seconds' },
)

/** The floor of P12's changes: one local activity and nothing else. */
export async function BareChangeWorkflow(
  input: Parameters<typeof changeSubscription>[0],
): Promise<{ change_id: string | null }> {
  return changeSubscription(input)
}
