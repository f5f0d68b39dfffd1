import { deleteEntitlement } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { deleteEntitlement as removeEntitlement } from '@flexprice/database/entitlements'
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
