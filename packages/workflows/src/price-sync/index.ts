import type { PriceSyncActivities } from '@flexprice/activities/price-sync'
import type { PriceSyncInput, PriceSyncResult } from '@flexprice/contracts/workflows'
import { syncRequestedSignal } from '@flexprice/contracts/workflows/price-sync'
import {
  CancellationScope,
  continueAsNew,
  defineSignal,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow'
import { inParallel } from '../in-parallel.ts'
import { untilDone } from '../retry.ts'
import { addPass } from './add-pass.ts'

/**
 * Brings a plan's prices to its subscriptions, in passes: find what has changed, work on its slices in
 * parallel, move the plan's watermark. A request that comes while a pass runs makes for another pass, so no price
 * edit is ever missed. `done` is what the passes before a continue-as-new have counted.
 */
export async function PriceSyncWorkflow(
  input: PriceSyncInput,
  done?: PriceSyncResult,
): Promise<PriceSyncResult> {
  const planId = input.plan_id
  let requested = true
  setHandler(syncRequested, () => {
    requested = true
  })
  // A cancel stops what was asked for before it; what is asked for while it takes effect is not its affair.
  CancellationScope.current().cancelRequested.catch(() => {
    requested = false
  })
  let total = done
  while (requested) {
    if (total !== undefined && workflowInfo().continueAsNewSuggested) {
      await continueAsNew<typeof PriceSyncWorkflow>(input, total)
    }
    // Cleared before the look, not after: what is requested from here on may concern edits that it does not see.
    requested = false
    try {
      total = addPass(total, await runPass(planId))
    } catch (failure) {
      if (requested && isCancellation(failure)) await continueAsNew<typeof PriceSyncWorkflow>(input)
      throw failure
    }
  }
  // No await between the last check of `requested` and the return: a signal cannot slip in between. One
  // that arrives with the completion makes the server refuse it and wake the workflow again.
  return total ?? nothing(planId, 0)
}

const syncRequested = defineSignal(syncRequestedSignal)

const { beginPriceSync, completePriceSync } = proxyLocalActivities<
  Pick<PriceSyncActivities, 'beginPriceSync' | 'completePriceSync'>
>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: untilDone,
})

const { syncPriceSlice } = proxyActivities<Pick<PriceSyncActivities, 'syncPriceSlice'>>({
  heartbeatTimeout: '30 seconds',
  startToCloseTimeout: '6 hours',
  scheduleToCloseTimeout: '24 hours',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: untilDone,
})

async function runPass(planId: string): Promise<PriceSyncResult> {
  const begun = await beginPriceSync({ planId })
  if (begun.runId === null) return nothing(planId, begun.subscriptionsUnchanged)
  const { runId, slices } = begun
  await inParallel(slices, (slice) => syncPriceSlice({ runId, slice }))
  return completePriceSync({ planId, runId })
}

function nothing(planId: string, subscriptionsUnchanged: number): PriceSyncResult {
  return {
    plan_id: planId,
    subscriptions_processed: 0,
    subscriptions_unchanged: subscriptionsUnchanged,
    prices_added: 0,
    prices_removed: 0,
    prices_skipped: 0,
    skipped_by_reason: { incompatible: 0, ended: 0, overridden: 0, ended_by_user: 0, in_sync: 0 },
  }
}
