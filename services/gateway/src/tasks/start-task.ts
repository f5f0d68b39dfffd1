import { workflows } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { type ImportTaskRow, noteImportWorkflow } from '@flexprice/database/imports'
import type { Temporal } from '@flexprice/temporal-client'

/** Starts a stored task's workflow, or finds the one that was started. Idempotent by the task. @returns the run */
export async function startTask(
  scoped: Scoped,
  temporal: Pick<Temporal, 'startWorkflow'>,
  task: ImportTaskRow,
): Promise<string> {
  if (task.workflow_run_id !== null) return task.workflow_run_id
  const input = { task_id: task.id }
  const { runId } = task.track_progress
    ? await temporal.startWorkflow(workflows['task-processing-with-progress'], input, scoped.scope)
    : await temporal.startWorkflow(workflows['task-processing'], input, scoped.scope)
  await noteImportWorkflow(scoped, { id: task.id, runId })
  return runId
}
