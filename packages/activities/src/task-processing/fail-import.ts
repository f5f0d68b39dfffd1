import type { TaskProcessingInput } from '@flexprice/contracts/workflows'
import { readTimeOfDay } from '@flexprice/database/connection'
import { endImportTask, getImportTask } from '@flexprice/database/imports'
import { isErrorCode } from '@flexprice/domain'
import type { ImportFailure, TaskProcessingDependencies } from './dependencies.ts'
import { forgetChanged } from './entity-kinds.ts'

export async function failImport(
  dependencies: TaskProcessingDependencies,
  { task_id: taskId, failure }: TaskProcessingInput & { readonly failure: ImportFailure },
): Promise<void> {
  const { scoped, events } = dependencies
  const handle = scoped()
  const task = await getImportTask(handle, taskId)
  await forgetChanged(dependencies, task)
  const { code, message = 'Internal error' } =
    failure.code === undefined
      ? { code: 'invalid_operation', message: `Cancelled after ${task.processed_records} rows` }
      : failure
  const error = { code: isErrorCode(code) ? code : 'internal_error', message } as const
  await endImportTask(handle, { id: taskId, error, timeOfDay: await readTimeOfDay(handle) })
  events.failed({ taskId, ...error })
}
