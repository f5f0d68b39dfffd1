import type { CronBillingActivities } from '@flexprice/activities/cron-billing'
import type {
  CronBillingInput,
  CronBillingMove,
  CronBillingResult,
  CronBillingRun,
} from '@flexprice/contracts/workflows'
import { billingRequestedSignal } from '@flexprice/contracts/workflows/cron-billing'
import {
  CancellationScope,
  defineSignal,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
} from '@temporalio/workflow'
import { inParallel } from '../in-parallel.ts'
import { untilDone, whileSomebodyWaits } from '../retry.ts'

/**
 * Bills what is due. A tick of the schedule starts an environment's billing for each one that has due work; that one
 * looks again before it ends, if a further tick has found it running. Money moves in whole pages: a cancelled run
 * leaves what it has billed, and the next one goes on.
 */
export async function CronBillingWorkflow(input: CronBillingInput): Promise<CronBillingResult> {
  switch (input.kind) {
    case 'tick':
      return startDueBilling()
    case 'due':
      return billWhatIsDue()
    case 'run':
      return (await billPasses(input.billing_run_id, 0)) ?? nothing
    case 'clock':
      return moveClock(input.to)
  }
}

const billingRequested = defineSignal(billingRequestedSignal)

/** The next tick comes within a minute: what this one cannot do is not worth many tries. */
const { startDueBilling } = proxyLocalActivities<Pick<CronBillingActivities, 'startDueBilling'>>({
  startToCloseTimeout: '50 seconds',
  retry: whileSomebodyWaits,
})

const { beginBillingPass, beginClockMove, completeBillingRun } = proxyLocalActivities<
  Pick<CronBillingActivities, 'beginBillingPass' | 'beginClockMove' | 'completeBillingRun'>
>({
  startToCloseTimeout: '1 minute',
  scheduleToCloseTimeout: '24 hours',
  retry: untilDone,
})

const { advanceClock, billSlice } = proxyActivities<
  Pick<CronBillingActivities, 'advanceClock' | 'billSlice'>
>({
  heartbeatTimeout: '10 seconds',
  startToCloseTimeout: '6 hours',
  scheduleToCloseTimeout: '24 hours',
  cancellationType: 'WAIT_CANCELLATION_COMPLETED',
  retry: untilDone,
})

const nothing: CronBillingRun = {
  billing_run_id: null,
  subscriptions_billed: 0,
  subscriptions_failed: 0,
  invoices_created: 0,
  invoices_finalized: 0,
  scheduled_changes_failed: 0,
  totals: [],
}

async function billWhatIsDue(): Promise<CronBillingRun> {
  let requested = true
  setHandler(billingRequested, () => {
    requested = true
  })
  let last: CronBillingRun | undefined
  for (let part = 0; requested; part++) {
    requested = false
    last = (await billPasses(null, part)) ?? last
  }
  return last ?? nothing
}

/** Pass after pass, until nothing is due any more: of a subscription that is behind, each bills periods, oldest first. */
async function billPasses(asked: string | null, part: number): Promise<CronBillingRun | undefined> {
  let runId = asked
  return await orCanceled(
    () => runId,
    async () => {
      for (let pass = 1; ; pass++) {
        const begun = await beginBillingPass({ runId, pass, part })
        if (begun === null) return undefined
        const run = begun.runId
        runId = run
        if (begun.slices.length === 0) return await completeBillingRun({ runId: run, canceled: false })
        await inParallel(begun.slices, (slice) => billSlice({ runId: run, pass, slice }))
      }
    },
  )
}

/** A cancelled move stops at an instant at which everything is billed or still due: the clock stands there. */
async function moveClock(to: string): Promise<CronBillingMove> {
  const { runId, from } = await beginClockMove({ to })
  return await orCanceled(
    () => runId,
    async () => {
      await advanceClock({ runId })
      return { from, to, ...(await completeBillingRun({ runId, canceled: false })) }
    },
  )
}

/** The run of what is cancelled is closed as such, before the workflow ends. */
async function orCanceled<Result>(runId: () => string | null, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (failure) {
    const canceled = runId()
    if (isCancellation(failure) && canceled !== null) {
      await CancellationScope.nonCancellable(() => completeBillingRun({ runId: canceled, canceled: true }))
    }
    throw failure
  }
}
