import { revertWorkflowId } from '@flexprice/contracts/workflows/task-processing'
import { readTimeOfDay, type Scoped } from '@flexprice/database/connection'
import {
  endImportTask,
  failImportRevert,
  getImportRevert,
  getImportTask,
  type ImportRevertRow,
  type ImportTaskRow,
} from '@flexprice/database/imports'
import { isCodedError } from '@flexprice/domain'
import type { Temporal } from '@flexprice/temporal-client'

export interface SettleDependencies {
  readonly temporal: Pick<Temporal, 'describeWorkflow'>
  readonly scoped: Scoped
}

/**
 * A workflow that was terminated, or ran out of time, could not say so in its task: whoever looks at the task does it then.
 * One that runs, or has ended its task itself, stays as it is; so does each while Temporal cannot be asked.
 */
export async function settleTask(
  { temporal, scoped }: SettleDependencies,
  task: ImportTaskRow,
): Promise<ImportTaskRow> {
  if (isOver(task)) return task
  const end = task.workflow_run_id && (await endOf(temporal, scoped, task.workflow_id))
  if (!end) return task
  // It may have ended by itself between the two questions.
  const now = await getImportTask(scoped, task.id)
  if (isOver(now)) return now
  const message = `The workflow ${end} after ${now.processed_records} rows`
  await endImportTask(scoped, {
    id: task.id,
    error: { code: 'invalid_operation', message },
    timeOfDay: await readTimeOfDay(scoped),
  })
  return getImportTask(scoped, task.id)
}

export function isOver({ completed_at, failed_at }: ImportTaskRow): boolean {
  return completed_at !== null || failed_at !== null
}

/** The same of a revert. */
export async function settleRevert(
  { temporal, scoped }: SettleDependencies,
  revert: ImportRevertRow | undefined,
): Promise<ImportRevertRow | undefined> {
  if (revert?.revert_status !== 'PROCESSING') return revert
  const { task_id: taskId, run_id: runId } = revert
  const end = await endOf(temporal, scoped, revertWorkflowId(taskId), runId)
  if (end === undefined) return revert
  const message = `The workflow ${end} after ${revert.reverted_records} records`
  await failImportRevert(scoped, {
    taskId,
    runId,
    error: { code: 'invalid_operation', message },
    timeOfDay: await readTimeOfDay(scoped),
  })
  return getImportRevert(scoped, taskId)
}

/** Undefined while it runs, and where nobody can say. */
async function endOf(
  temporal: SettleDependencies['temporal'],
  scoped: Scoped,
  workflowId: string,
  runId?: string,
): Promise<string | undefined> {
  try {
    const { status } = await temporal.describeWorkflow(scoped.scope, workflowId, { runId })
    return { ...ends, Running: undefined }[status]
  } catch (error) {
    if (!isCodedError(error)) throw error
    return error.code === 'not_found' ? 'is not known any more' : undefined
  }
}

const ends = {
  Completed: 'has ended',
  Failed: 'has failed',
  Canceled: 'was cancelled',
  TimedOut: 'ran out of time',
  Terminated: 'was terminated',
} as const
