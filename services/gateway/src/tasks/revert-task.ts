import { revertTask } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { getImportTask, type ImportTaskRow } from '@flexprice/database/imports'
import { CodedError } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { isOver, settleTask } from './settle-task.ts'
import { taskResponse } from './task-response.ts'

/** By the workflow that imported it; one that runs already is the answer to whoever asks again. */
export function revertTaskRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(revertTask),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('importTask', id)
      const task = await settleTask({ temporal, scoped }, await getImportTask(scoped, id))
      expectImported(task)
      const input = { task_id: id, revert: true } as const
      const { workflowId, runId } = task.track_progress
        ? await temporal.startWorkflow(workflows['task-processing-with-progress'], input, scoped.scope)
        : await temporal.startWorkflow(workflows['task-processing'], input, scoped.scope)
      return reply.send({
        message: 'The import is being taken back',
        workflow_id: workflowId,
        run_id: runId,
        task: taskResponse(task, scoped.scope),
      })
    },
  })
}

/** @throws state_conflict while it is imported; invalid_operation for what was only checked */
function expectImported(task: ImportTaskRow): void {
  const { id, dry_run: dryRun } = task
  if (dryRun) throw new CodedError('invalid_operation', `Task ${id} was a dry run: it made nothing`)
  if (!isOver(task)) {
    throw new CodedError('state_conflict', `Task ${id} has not ended: cancel it first, or wait for its end`)
  }
}
