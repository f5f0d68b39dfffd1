import { queryEntitlement } from '@flexprice/contracts/operations'
import { searchEntitlements } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { entitlementResponse } from './entitlement-response.ts'
import { expandEntitlements } from './expand-entitlements.ts'

export function queryEntitlementRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryEntitlement),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchEntitlements(scoped, request.body)
      const expanded = await expandEntitlements(scoped, page.items, request.body.expand ?? new Set())
      return reply.send(
        cursoredList(page, request, (row) => ({
          ...entitlementResponse(scoped.scope, row),
          ...expanded(row),
        })),
      )
    },
  })
}
