import { getEntitlement } from '@flexprice/contracts/operations'
import { getEntitlement as findEntitlement } from '@flexprice/database/entitlements'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { entitlementResponse } from './entitlement-response.ts'
import { expandEntitlements } from './expand-entitlements.ts'

export function getEntitlementRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getEntitlement),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('entitlement', id)
      const row = await findEntitlement(scoped, id)
      const expanded = await expandEntitlements(scoped, [row])
      return reply.send({ ...entitlementResponse(scoped.scope, row), ...expanded(row) })
    },
  })
}
