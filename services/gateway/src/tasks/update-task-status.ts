import { updateTaskStatus } from '@flexprice/contracts/operations'
import { getImportTask } from '@flexprice/database/imports'
import { CodedError, invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { isOver, settleTask } from './settle-task.ts'

/** The one state that a caller may bring about is that it is over: the task stops after the page that it is at. */
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
        throw new CodedError('invalid_operation', `Task ${id} has ended: there is nothing to cancel`)
      }
      const task = await settleTask({ temporal, scoped }, known)
      if (isOver(task))
        return reply.send({ message: `The task had ended: ${task.error_summary ?? 'completed'}` })
      await temporal.cancelWorkflow(scoped.scope, task.workflow_id)
      return reply.send({ message: 'The task stops after the page that it is at' })
    },
  })
}
