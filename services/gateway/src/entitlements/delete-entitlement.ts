import { deleteEntitlement } from '@flexprice/contracts'
import { inTransaction, readNow, deleteEntitlement as removeEntitlement } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deleteEntitlementRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deleteEntitlement),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('entitlement', id)
      await inTransaction(callerDatabase(database, request), async (scoped) =>
        removeEntitlement(scoped, id, await readNow(scoped)),
      )
      return reply.send({ message: 'The entitlement was deleted' })
    },
  })
}
