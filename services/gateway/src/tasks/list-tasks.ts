import { listTasks } from '@flexprice/contracts/operations'
import { type ImportTaskRow, searchImportTasks } from '@flexprice/database/imports'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { listResponse } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { isOver, type SettleDependencies, settleTask } from './settle-task.ts'
import { taskResponse } from './task-response.ts'

export function listTasksRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
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
      const settled = await settleSome({ temporal, scoped }, page.items)
      const items = page.items.map((task) => settled.get(task.id) ?? task)
      return reply.send(
        listResponse({ ...page, items }, { limit, offset }, (row) => taskResponse(row, scoped.scope)),
      )
    },
  })
}

/** Those that have been still for longest: who works on the others tells of them. */
async function settleSome(
  dependencies: SettleDependencies,
  tasks: readonly ImportTaskRow[],
): Promise<ReadonlyMap<string, ImportTaskRow>> {
  const unfinished = tasks
    .filter((task) => !isOver(task))
    .toSorted((left, right) => left.updated_at.getTime() - right.updated_at.getTime())
    .slice(0, settledMax)
  const settled = await Promise.all(unfinished.map((task) => settleTask(dependencies, task)))
  return new Map(settled.map((task) => [task.id, task]))
}

/** Each asks Temporal. */
const settledMax = 20
