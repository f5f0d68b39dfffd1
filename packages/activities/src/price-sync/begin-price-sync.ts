import { startPriceSyncRun } from '@flexprice/database/price-sync'
import { assert } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import type { PriceSyncDependencies } from './dependencies.ts'

export type BeganPriceSync =
  | { readonly runId: string; readonly slices: readonly number[] }
  | { readonly runId: null; readonly subscriptionsUnchanged: number }

export async function beginPriceSync(
  { scoped, slicesMax }: PriceSyncDependencies,
  { planId }: { planId: string },
): Promise<BeganPriceSync> {
  const { workflowExecution } = Context.current().info
  assert(workflowExecution, 'a price sync runs in a workflow')
  const { workflowId, runId } = workflowExecution
  const started = await startPriceSyncRun(scoped(), {
    planId,
    workflow: { id: workflowId, runId },
    slicesMax,
  })
  if (started.runId === null) return { runId: null, subscriptionsUnchanged: started.subscriptionsTotal }
  return { runId: started.runId, slices: started.slices }
}
