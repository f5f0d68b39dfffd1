import { getPlan } from '@flexprice/contracts'
import { getPlan as findPlan, getPriceSyncStatus, listPlanPrices, readNow } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { priceResponse } from '../prices/price-response.ts'
import { type Api, routeOf } from '../route.ts'
import { planResponse } from './plan-response.ts'

export function getPlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getPlan),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('plan', id)
      const [plan, prices, sync] = await Promise.all([
        findPlan(scoped, id),
        readNow(scoped).then((now) => listPlanPrices(scoped, [id], now)),
        getPriceSyncStatus(scoped, id),
      ])
      return reply.send({
        ...planResponse(scoped.scope, plan),
        prices: prices.map((row) => priceResponse(scoped.scope, row)),
        price_sync_status: {
          current_sequence: sync.currentSequence,
          synced: sync.synced,
          unsynced_subscription_count: sync.unsyncedSubscriptionCount,
        },
      })
    },
  })
}
