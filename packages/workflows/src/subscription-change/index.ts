import type { SubscriptionChangeActivities } from '@flexprice/activities/subscription-change'
import type {
  BulkChangeInput,
  BulkChangeResult,
  SubscriptionChangeWorkflowInput,
  SubscriptionChangeWorkflowResult,
} from '@flexprice/contracts/workflows'
import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow'
import { inParallel } from '../in-parallel.ts'
import { untilDone, whileSomebodyWaits } from '../retry.ts'

/**
 * Changes a running subscription, or shows what that would do; or does either with many, in slices. A second request with
 * the same key meets the running one, or finds what an earlier one has made.
 */
export async function SubscriptionChangeWorkflow(
  input: SubscriptionChangeWorkflowInput,
): Promise<SubscriptionChangeWorkflowResult> {
  return 'bulk_change_id' in input ? changeMany(input) : changeSubscription(input)
}

const { changeSubscription } = proxyLocalActivities<Pick<SubscriptionChangeActivities, 'changeSubscription'>>(
  {
    startToCloseTimeout: '30 seconds',
    retry: whileSomebodyWaits,
  },
)

const { beginBulkChange, changeBulkSlice, completeBulkChange } = proxyActivities<
  Pick<SubscriptionChangeActivities, 'beginBulkChange' | 'changeBulkSlice' | 'completeBulkChange'>
>({
  heartbeatTimeout: '30 seconds',
  startToCloseTimeout: '6 hours',
  scheduleToCloseTimeout: '24 hours',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: untilDone,
})

async function changeMany(input: BulkChangeInput): Promise<BulkChangeResult> {
  const slices = await beginBulkChange(input)
  await inParallel(slices, (slice) => changeBulkSlice({ ...input, slice }))
  return completeBulkChange(input)
}
