import { queryPlan } from '@flexprice/contracts'
import { listPlanPrices, readNow, searchPlans } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { listResponse } from '../list-response.ts'
import { priceResponse } from '../prices/price-response.ts'
import { type Api, routeOf } from '../route.ts'
import { planResponse } from './plan-response.ts'

export function queryPlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryPlan),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchPlans(scoped, request.body)
      const withPrices = request.body.expand?.has('prices') ?? false
      const planIds = page.items.map((row) => row.id)
      const prices = withPrices ? await listPlanPrices(scoped, planIds, await readNow(scoped)) : []
      const byPlan = Map.groupBy(prices, (price) => price.plan_id)
      return reply.send(
        listResponse(page, request.body, (row) => ({
          ...planResponse(scoped.scope, row),
          prices: withPrices
            ? (byPlan.get(row.id) ?? []).map((price) => priceResponse(scoped.scope, price))
            : undefined,
        })),
      )
    },
  })
}
