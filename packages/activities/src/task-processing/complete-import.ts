import type { TaskProcessingInput, TaskProcessingResult } from '@flexprice/contracts/workflows'
import { readTimeOfDay, type Scoped } from '@flexprice/database/connection'
import { endImportTask, getImportTask, type ImportTaskRow, listRejections } from '@flexprice/database/imports'
import { CodedError } from '@flexprice/domain'
import type { TaskProcessingDependencies } from './dependencies.ts'
import { forgetChanged } from './entity-kinds.ts'

/** @throws validation_error where nothing of the file was usable: such a task has failed */
export async function completeImport(
  dependencies: TaskProcessingDependencies,
  { task_id: taskId }: TaskProcessingInput,
): Promise<TaskProcessingResult> {
  const { scoped, events } = dependencies
  const handle = scoped()
  const task = await getImportTask(handle, taskId)
  await forgetChanged(dependencies, task)
  if (task.task_status === 'COMPLETED') return resultOf(task)
  if (task.successful_records === 0) throw await nothingUsable(handle, task)
  await endImportTask(handle, { id: taskId, timeOfDay: await readTimeOfDay(handle) })
  const result = resultOf(task)
  events.completed(result)
  return result
}

async function nothingUsable(handle: Scoped, { id, processed_records: rows }: ImportTaskRow) {
  if (rows === 0) return new CodedError('validation_error', 'The file has no rows')
  const [first] = await listRejections(handle, {
    taskId: id,
    after: { row_number: 0, position: -1 },
    limit: 1,
  })
  const reason =
    first && `: row ${first.row_number}: ${first.field === '' ? '' : `${first.field} `}${first.reason}`
  return new CodedError('validation_error', `None of the ${rows} rows can be imported${reason ?? ''}`)
}

function resultOf(task: ImportTaskRow): TaskProcessingResult {
  return {
    task_id: task.id,
    dry_run: task.dry_run,
    processed_records: task.processed_records,
    successful_records: task.successful_records,
    failed_records: task.failed_records,
    created_records: task.created_records,
    updated_records: task.updated_records,
    duplicate_records: task.duplicate_records,
    conflict_records: task.conflict_records,
    unknown_columns: [...(task.unknown_columns ?? [])],
  }
}
