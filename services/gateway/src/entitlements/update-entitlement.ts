import { updateEntitlement } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { updateEntitlement as writeEntitlement } from '@flexprice/database/entitlements'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { entitlementResponse } from './entitlement-response.ts'

export function updateEntitlementRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateEntitlement),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('entitlement', id)
      const row = await inTransaction(caller, async (scoped) =>
        writeEntitlement(scoped, id, request.body, await readNow(scoped)),
      )
      return reply.send(entitlementResponse(caller.scope, row))
    },
  })
}
