import { queryPrice } from '@flexprice/contracts'
import { readNow, searchPrices } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { listResponse } from '../list-response.ts'
import { plansById } from '../plans/plans-by-id.ts'
import { type Api, routeOf } from '../route.ts'
import { priceResponse } from './price-response.ts'

export function queryPriceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryPrice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchPrices(scoped, request.body, await readNow(scoped))
      const planIds = request.body.expand?.has('plan') ? page.items.flatMap((row) => row.plan_id ?? []) : []
      const plans = await plansById(scoped, planIds)
      return reply.send(
        listResponse(page, request.body, (row) => ({
          ...priceResponse(scoped.scope, row),
          plan: plans.get(row.plan_id ?? ''),
        })),
      )
    },
  })
}
