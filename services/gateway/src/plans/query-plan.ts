import { queryPlan } from '@flexprice/contracts/operations'
import { searchPlans } from '@flexprice/database/catalog'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { planEntitlements } from './plan-entitlements.ts'
import { planPrices } from './plan-prices.ts'
import { planResponse } from './plan-response.ts'

export function queryPlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryPlan),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchPlans(scoped, request.body)
      const { expand } = request.body
      const planIds = page.items.map((row) => row.id)
      const prices = expand?.has('prices') ? await planPrices(scoped, planIds, expand) : undefined
      const entitlements = expand?.has('entitlements')
        ? await planEntitlements(scoped, planIds, { withFeatures: expand.has('features') })
        : undefined
      return reply.send(
        cursoredList(page, request, (row) => ({
          ...planResponse(scoped.scope, row),
          prices: prices?.(row.id),
          entitlements: entitlements?.(row.id),
        })),
      )
    },
  })
}
