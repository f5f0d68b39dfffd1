import { updateTaskStatus } from '@flexprice/contracts/operations'
import { revertWorkflowId } from '@flexprice/contracts/workflows/task-processing'
import { readTimeOfDay, type Scoped } from '@flexprice/database/connection'
import { endImportTask, getImportTask, type ImportTaskRow } from '@flexprice/database/imports'
import { CodedError, invalid, isCodedError } from '@flexprice/domain'
import type { Temporal } from '@flexprice/temporal-client'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { isOver, settleTask } from './settle-task.ts'

/** The one state that a caller may bring about is that it is over: what runs of the task, its import or its revert, stops after the page that it is at. */
export function updateTaskStatusRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(updateTaskStatus),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('importTask', id)
      if (request.body.task_status !== 'FAILED') {
        throw invalid([{ path: 'task_status', message: 'must be FAILED, which cancels the task' }])
      }
      const known = await getImportTask(scoped, id)
      if (isOver(known)) {
        await cancelRevert(temporal, scoped, id)
        return reply.send({ message: 'The revert stops after the page that it is at' })
      }
      const task = await settleTask({ temporal, scoped }, known)
      if (isOver(task))
        return reply.send({ message: `The task had ended: ${task.error_summary ?? 'completed'}` })
      return reply.send({ message: await cancelImport(temporal, scoped, task) })
    },
  })
}

type Cancelling = Pick<Temporal, 'cancelWorkflow'>

/** @throws invalid_operation where none runs */
async function cancelRevert(temporal: Cancelling, scoped: Scoped, taskId: string): Promise<void> {
  try {
    await temporal.cancelWorkflow(scoped.scope, revertWorkflowId(taskId))
  } catch (error) {
    if (!isCodedError(error) || (error.code !== 'not_found' && error.code !== 'invalid_operation'))
      throw error
    throw new CodedError('invalid_operation', `Task ${taskId} has ended: there is nothing to cancel`)
  }
}

/** One whose workflow nobody has started ends here. @returns what becomes of it */
async function cancelImport(temporal: Cancelling, scoped: Scoped, task: ImportTaskRow): Promise<string> {
  try {
    await temporal.cancelWorkflow(scoped.scope, task.workflow_id)
    return 'The task stops after the page that it is at'
  } catch (error) {
    if (task.workflow_run_id !== null || !isCodedError(error) || error.code !== 'not_found') throw error
  }
  const message = 'Cancelled before it began'
  await endImportTask(scoped, {
    id: task.id,
    error: { code: 'invalid_operation', message },
    timeOfDay: await readTimeOfDay(scoped),
  })
  return message
}
