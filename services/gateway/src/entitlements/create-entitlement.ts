import { createEntitlement } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { insertEntitlements } from '@flexprice/database/entitlements'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { entitlementResponse } from './entitlement-response.ts'
import { newEntitlement } from './new-entitlement.ts'

export function createEntitlementRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createEntitlement),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const entitlement = newEntitlement(request.body)
      const [row] = await inTransaction(caller, async (scoped) =>
        insertEntitlements(scoped, [entitlement], await readNow(scoped)),
      )
      assert(row, 'an insert returns its row')
      return reply.code(201).send(entitlementResponse(caller.scope, row))
    },
  })
}
