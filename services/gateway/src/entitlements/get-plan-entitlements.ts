import { getPlanEntitlements } from '@flexprice/contracts/operations'
import { getPlan } from '@flexprice/database/catalog'
import { pageSizeMax } from '@flexprice/database/search'
import { searchEntitlements } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { listResponse } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { entitlementResponse } from './entitlement-response.ts'
import { expandEntitlements } from './expand-entitlements.ts'

const page = { limit: pageSizeMax, offset: 0 }

export function getPlanEntitlementsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getPlanEntitlements),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('plan', id)
      await getPlan(scoped, id)
      // The contract has no pages here; who has more finds them by `/entitlements/search`.
      const found = await searchEntitlements(scoped, { ...page, plan_ids: [id] })
      const expanded = await expandEntitlements(scoped, found.items, new Set(['features']))
      return reply.send(
        listResponse(found, page, (row) => ({
          ...entitlementResponse(scoped.scope, row),
          ...expanded(row),
        })),
      )
    },
  })
}
