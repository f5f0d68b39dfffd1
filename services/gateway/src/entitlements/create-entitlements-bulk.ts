import { createEntitlementsBulk } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { insertEntitlements } from '@flexprice/database/entitlements'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { entitlementResponse } from './entitlement-response.ts'
import { newEntitlement } from './new-entitlement.ts'

export function createEntitlementsBulkRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createEntitlementsBulk),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const entitlements = request.body.items.map(newEntitlement)
      const rows = await inTransaction(caller, async (scoped) =>
        insertEntitlements(scoped, entitlements, await readNow(scoped), (index) => `items[${index}].`),
      )
      return reply.code(201).send({ items: rows.map((row) => entitlementResponse(caller.scope, row)) })
    },
  })
}
