import { type WorkflowName, workflows } from '@flexprice/contracts/workflows'
import { getPriceSyncProgress, type Scoped } from '@flexprice/database'
import type { WorkflowDescription } from '@flexprice/temporal-client'

/**
 * How far a running workflow is, read from the rows that its pages write; undefined before the first,
 * or if it tells nothing. Its form is the `progress` schema of the workflow's contract.
 */
export async function readProgress(scoped: Scoped, workflow: WorkflowDescription): Promise<unknown> {
  const contract = Object.values(workflows).find(({ definition }) => definition.type === workflow.type)
  if (contract === undefined || workflow.status !== 'RUNNING') return undefined
  return readers[contract.definition.name](scoped, workflow.workflowId)
}

/** One line a workflow: a missing one does not compile. */
const readers: { readonly [Name in WorkflowName]: (scoped: Scoped, workflowId: string) => Promise<unknown> } =
  {
    'price-sync': priceSyncProgress,
  }

async function priceSyncProgress(scoped: Scoped, workflowId: string) {
  const run = await getPriceSyncProgress(scoped, workflowId)
  if (run === undefined) return undefined
  const { subscriptionsTotal: total, subscriptionsProcessed: processed } = run
  return {
    subscriptions_total: total,
    subscriptions_processed: processed,
    prices_added: run.pricesAdded,
    prices_removed: run.pricesRemoved,
    prices_skipped: run.pricesSkipped,
    percent: total === 0 ? 100 : Math.min(100, Math.floor((processed / total) * 1_000) / 10),
  }
}
