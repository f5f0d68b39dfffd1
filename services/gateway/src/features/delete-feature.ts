import { deleteFeature } from '@flexprice/contracts/operations'
import { deleteFeature as removeFeature } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deleteFeatureRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deleteFeature),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('feature', id)
      await inTransaction(callerDatabase(database, request), async (scoped) =>
        removeFeature(scoped, id, await readNow(scoped)),
      )
      return reply.send({ message: `Feature ${id} is deleted` })
    },
  })
}
