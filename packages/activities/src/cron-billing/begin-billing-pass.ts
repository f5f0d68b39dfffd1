import { cutBillingSlices, deleteBillingRun, insertBillingRun } from '@flexprice/database/billing'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { assert } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import type { CronBillingDependencies } from './dependencies.ts'

export interface BegunPass {
  readonly runId: string
  /** None when nothing is due (any more). */
  readonly slices: readonly number[]
}

/**
 * Finds what is due and cuts it into slices. The first pass of what the schedule started makes the run's row, unless
 * nothing is due: then nothing is kept.
 */
export async function beginBillingPass(
  { scoped, slicesMax }: CronBillingDependencies,
  { runId, pass, part }: { runId: string | null; pass: number; part: number },
): Promise<BegunPass | null> {
  const { workflowExecution: workflow } = Context.current().info
  assert(workflow, 'billing runs in a workflow')
  const handle = scoped()
  const now = await readNow(handle)
  const cut = { pass, slicesMax, workflow: { id: workflow.workflowId, runId: workflow.runId }, now }
  if (runId !== null) return { runId, slices: await cutBillingSlices(handle, { runId, ...cut }) }
  return await inTransaction(handle, async (transaction) => {
    const { id } = await insertBillingRun(
      transaction,
      {
        requestKey: `${workflow.runId}:${part}`,
        requestHash: '',
        trigger: 'schedule',
        asOf: now,
        subscriptionIds: null,
        dryRun: false,
      },
      now,
    )
    const slices = await cutBillingSlices(transaction, { runId: id, ...cut })
    if (slices.length > 0) return { runId: id, slices }
    await deleteBillingRun(transaction, id)
    return null
  })
}
