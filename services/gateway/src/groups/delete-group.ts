import { deleteGroup } from '@flexprice/contracts/operations'
import { deleteGroup as removeGroup } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deleteGroupRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deleteGroup),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('group', id)
      await inTransaction(callerDatabase(database, request), async (scoped) =>
        removeGroup(scoped, id, await readNow(scoped)),
      )
      return reply.code(204).send()
    },
  })
}
