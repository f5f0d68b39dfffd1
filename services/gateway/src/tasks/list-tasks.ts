import { listTasks } from '@flexprice/contracts/operations'
import { searchImportTasks } from '@flexprice/database/imports'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { listResponse } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { taskResponse } from './task-response.ts'

export function listTasksRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listTasks),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { limit, offset, task_type: type, ...search } = request.query
      // Exports are not built: there is none.
      const page =
        type === 'EXPORT'
          ? { items: [], total: 0 }
          : await searchImportTasks(scoped, { ...search, limit, offset })
      return reply.send(listResponse(page, { limit, offset }, (row) => taskResponse(row, scoped.scope)))
    },
  })
}
