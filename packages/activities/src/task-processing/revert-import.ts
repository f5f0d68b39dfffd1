import type { TaskProcessingInput, TaskRevertResult } from '@flexprice/contracts/workflows'
import { inTransaction, readNow, readTimeOfDay, type Scoped } from '@flexprice/database/connection'
import {
  beginImportRevert,
  countChangedRecords,
  failImportRevert,
  getImportRevert,
  getImportTask,
  type ImportTaskRow,
  lockImportRevert,
  type RevertedPage,
  writeRevertedPage,
} from '@flexprice/database/imports'
import { assert, CodedError, isErrorCode } from '@flexprice/domain'
import { Context } from '@temporalio/activity'
import { beating } from './beating.ts'
import type { ImportFailure, TaskProcessingDependencies } from './dependencies.ts'
import { forgetChanged, kindOf } from './entity-kinds.ts'

/**
 * Takes back what a task has imported, page by page: each is one transaction that deletes and moves the revert's row on,
 * so that a killed worker's next attempt goes on behind the last whole page. Stops between pages when it is cancelled.
 *
 * @throws state_conflict where the task has not ended
 */
export async function revertImport(
  dependencies: TaskProcessingDependencies,
  { task_id: taskId }: TaskProcessingInput,
): Promise<void> {
  using _ = beating()
  const { scoped, events } = dependencies
  const { cancellationSignal } = Context.current()
  const runId = currentRunId()
  const handle = scoped()
  const task = await getImportTask(handle, taskId)
  if (task.completed_at === null && task.failed_at === null) {
    throw new CodedError('state_conflict', `Task ${taskId} has not ended`)
  }
  const begun = await beginImportRevert(handle, { taskId, runId, timeOfDay: await readTimeOfDay(handle) })
  // The last page may have been written before a worker was killed.
  for (let isDone = begun.revert_status !== 'PROCESSING'; !isDone; ) {
    cancellationSignal.throwIfAborted()
    const page = await inTransaction(handle, (transaction) => revertPage(transaction, task, runId))
    await forgetChanged(dependencies, task)
    events.reverted(task.entity_type, { reverted: page.reverted, refused: page.refused.length })
    isDone = page.to === null
  }
}

async function revertPage(transaction: Scoped, task: ImportTaskRow, runId: string): Promise<RevertedPage> {
  const revert = await lockImportRevert(transaction, task.id)
  if (revert.run_id !== runId || revert.revert_status !== 'PROCESSING') {
    throw new CodedError('service_unavailable', 'Another attempt works on this revert')
  }
  const now = await readNow(transaction)
  const page = await kindOf(task.entity_type).revert(transaction, task, { from: revert.place, now })
  await writeRevertedPage(transaction, revert, page, await readTimeOfDay(transaction))
  return page
}

/** What became of it: the last page has closed it. */
export async function readRevert(
  dependencies: TaskProcessingDependencies,
  { task_id: taskId }: TaskProcessingInput,
): Promise<TaskRevertResult> {
  const { scoped, events } = dependencies
  const handle = scoped()
  const task = await getImportTask(handle, taskId)
  await forgetChanged(dependencies, task)
  const revert = await getImportRevert(handle, taskId)
  assert(revert, 'a revert that has ended has begun')
  const { reverted_records, refused_records } = revert
  const result = {
    task_id: taskId,
    created_records: task.created_records,
    reverted_records,
    refused_records,
    // Somebody else has deleted them since.
    gone_records: task.created_records - reverted_records - refused_records,
    not_restored_records: await countChangedRecords(handle, taskId),
  }
  events.takenBack(result)
  return result
}

export async function failRevert(
  dependencies: TaskProcessingDependencies,
  { task_id: taskId, failure }: TaskProcessingInput & { readonly failure: ImportFailure },
): Promise<void> {
  const { scoped, events } = dependencies
  const handle = scoped()
  await forgetChanged(dependencies, await getImportTask(handle, taskId))
  const runId = currentRunId()
  const revert = await getImportRevert(handle, taskId)
  const { code, message = 'Internal error' } =
    failure.code === undefined
      ? { code: 'invalid_operation', message: `Cancelled after ${revert?.reverted_records ?? 0} records` }
      : failure
  const error = { code: isErrorCode(code) ? code : 'internal_error', message } as const
  await failImportRevert(handle, { taskId, runId, error, timeOfDay: await readTimeOfDay(handle) })
  events.failed({ taskId, ...error })
}

function currentRunId(): string {
  const { workflowExecution: execution } = Context.current().info
  assert(execution, 'a revert is a workflow')
  return execution.runId
}
