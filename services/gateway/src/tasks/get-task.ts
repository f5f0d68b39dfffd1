import { getTask } from '@flexprice/contracts/operations'
import { getImportTask } from '@flexprice/database/imports'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { settleTask } from './settle-task.ts'
import { taskResponse } from './task-response.ts'

export function getTaskRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(getTask),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('importTask', id)
      const task = await settleTask({ temporal, scoped }, await getImportTask(scoped, id))
      return reply.send(taskResponse(task, scoped.scope))
    },
  })
}
