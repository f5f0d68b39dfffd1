import {
  type RevertProgress,
  type TaskProgress,
  type WorkflowName,
  workflows,
} from '@flexprice/contracts/workflows'
import { type BillingProgress, countRunsOfWorkflow } from '@flexprice/database/billing'
import { getCalculationProgress } from '@flexprice/database/calculations'
import { getBulkChangeProgress } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { getBatchProgress } from '@flexprice/database/creation'
import {
  getFileUpload,
  getImportRevert,
  getImportTask,
  type ImportTaskRow,
} from '@flexprice/database/imports'
import { getPriceSyncProgress, getSyncPreviewProgress } from '@flexprice/database/price-sync'
import type { WorkflowDescription } from '@flexprice/temporal-client'

/**
 * How far a running workflow is, read from the rows that its pages write; undefined before the first,
 * or if it tells nothing. Its form is the `progress` schema of the workflow's contract.
 */
export async function readProgress(scoped: Scoped, workflow: WorkflowDescription): Promise<unknown> {
  const contract = Object.values(workflows).find(({ definition }) => definition.type === workflow.type)
  if (contract === undefined || workflow.status !== 'Running') return undefined
  return readers[contract.definition.name](scoped, { id: workflow.workflowId, runId: workflow.runId })
}

/** One line a workflow: a missing one does not compile. */
const readers: {
  readonly [Name in WorkflowName]: (scoped: Scoped, workflow: Execution) => Promise<unknown>
} = {
  'calculate-charges': calculationProgress,
  'cron-billing': cronBillingProgress,
  'price-sync': priceSyncProgress,
  'subscription-change': subscriptionChangeProgress,
  'subscription-creation': subscriptionCreationProgress,
  // Its task tells.
  'task-processing': async () => undefined,
  'task-processing-with-progress': taskProgress,
}

interface Execution {
  readonly id: string
  readonly runId: string
}

/** Of a list: what creates one subscription tells nothing before it is done. */
async function subscriptionCreationProgress(scoped: Scoped, { id }: Execution) {
  const batch = await getBatchProgress(scoped, id.split(':').at(-1) ?? '')
  return batch && { ...batch, percent: percentOf(batch.items_processed, batch.items_total) }
}

/** Of a calculation: a preview or a recalculated invoice tells nothing before it is done. */
async function calculationProgress(scoped: Scoped, { id }: Execution) {
  const key = id.split(':').at(-1) ?? ''
  const preview = await getSyncPreviewProgress(scoped, key)
  if (preview) {
    const { subscriptionsDue: due, subscriptionsProcessed: processed } = preview
    return {
      subscriptions_due: due,
      subscriptions_processed: processed,
      subscriptions_failed: preview.subscriptionsFailed,
      percent: percentOf(processed, due),
    }
  }
  const progress = await getCalculationProgress(scoped, key)
  return (
    progress && {
      subscriptions_due: progress.due,
      subscriptions_processed: progress.processed,
      subscriptions_failed: progress.failed,
      percent: percentOf(progress.processed, progress.due),
    }
  )
}

/** Of many: one is one transaction, which tells nothing before it is done. */
async function subscriptionChangeProgress(scoped: Scoped, { id }: Execution) {
  const [mode, bulkChangeId = ''] = id.split(':').slice(-2)
  const phase = mode === 'preview_bulk' ? 'preview' : 'execution'
  const progress = await getBulkChangeProgress(scoped, bulkChangeId, phase)
  return (
    progress && {
      subscriptions_due: progress.due,
      subscriptions_processed: progress.processed,
      subscriptions_left_out: progress.leftOut,
      percent: percentOf(progress.processed, progress.due),
    }
  )
}

/** Of the run that the workflow is at: the one that it was asked for, or the newest that it has begun. */
async function cronBillingProgress(scoped: Scoped, { runId }: Execution) {
  const counts = await countRunsOfWorkflow(scoped, runId)
  return (
    counts && {
      subscriptions_due: counts.due,
      subscriptions_billed: counts.processed,
      subscriptions_failed: counts.failed,
      invoices_created: counts.invoicesCreated,
      invoices_finalized: counts.invoicesFinalized,
      ...howFar(counts),
    }
  )
}

/** A move of the clock by its way, as what falls due on it is not known before. */
function howFar({ clockFrom: from, clockTo: to, clockAt: at, done, due }: BillingProgress) {
  if (from === null || at === null) return { percent: percentOf(done, due) }
  return {
    now: at.toISOString(),
    percent: percentOf(at.getTime() - from.getTime(), to.getTime() - from.getTime()),
  }
}

async function priceSyncProgress(scoped: Scoped, workflow: Execution) {
  const run = await getPriceSyncProgress(scoped, workflow)
  if (run === undefined) return undefined
  const { subscriptionsDue: due, subscriptionsProcessed: processed } = run
  return {
    subscriptions_due: due,
    subscriptions_processed: processed,
    prices_added: run.pricesAdded,
    prices_removed: run.pricesRemoved,
    prices_skipped: run.pricesSkipped,
    percent: percentOf(processed, due),
  }
}

/** Since it began, with all pauses: what was done while its worker was away, and what that means for the rest. */
async function taskProgress(
  scoped: Scoped,
  { id, runId }: Execution,
): Promise<TaskProgress | RevertProgress | undefined> {
  const [, taskId = '', revert] = id.split(':')
  const task = await getImportTask(scoped, taskId)
  if (revert !== undefined) return revertProgress(scoped, task, runId)
  const size = task.upload_id ? (await getFileUpload(scoped, task.upload_id)).size : (task.file_size ?? 0)
  const seconds =
    task.started_at === null ? 0 : (task.updated_at.getTime() - task.started_at.getTime()) / 1_000
  const remaining = (seconds * Math.max(0, size - task.bytes_read)) / task.bytes_read
  return {
    processed_records: task.processed_records,
    successful_records: task.successful_records,
    failed_records: task.failed_records,
    bytes_read: task.bytes_read,
    bytes_total: size,
    records_per_second: seconds > 0 ? Math.round(task.processed_records / seconds) : 0,
    ...(task.bytes_read > 0 && size > 0 && { remaining_seconds: Math.round(remaining) }),
    // Of a file whose length nobody says, nothing is known before its end.
    percent: size === 0 ? 0 : percentOf(task.bytes_read, size),
  }
}

async function revertProgress(
  scoped: Scoped,
  { id, created_records: due }: ImportTaskRow,
  runId: string,
): Promise<RevertProgress | undefined> {
  const revert = await getImportRevert(scoped, id)
  if (revert?.run_id !== runId) return undefined
  const done = revert.reverted_records + revert.refused_records
  const seconds = (revert.updated_at.getTime() - revert.started_at.getTime()) / 1_000
  return {
    created_records: due,
    reverted_records: revert.reverted_records,
    refused_records: revert.refused_records,
    records_per_second: seconds > 0 ? Math.round(done / seconds) : 0,
    ...(done > 0 && { remaining_seconds: Math.round((seconds * Math.max(0, due - done)) / done) }),
    percent: percentOf(done, due),
  }
}

function percentOf(done: number, due: number): number {
  return due === 0 ? 100 : Math.min(100, Math.floor((done / due) * 1_000) / 10)
}
