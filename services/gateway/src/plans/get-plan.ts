import { getPlan } from '@flexprice/contracts/operations'
import { getPlan as findPlan } from '@flexprice/database/catalog'
import { getPriceSyncStatus } from '@flexprice/database/price-sync'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { planEntitlements } from './plan-entitlements.ts'
import { planPrices } from './plan-prices.ts'
import { planResponse } from './plan-response.ts'

export function getPlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getPlan),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('plan', id)
      const [plan, prices, entitlements, sync] = await Promise.all([
        findPlan(scoped, id),
        planPrices(scoped, [id]),
        planEntitlements(scoped, [id], { withFeatures: true }),
        getPriceSyncStatus(scoped, id),
      ])
      return reply.send({
        ...planResponse(scoped.scope, plan),
        prices: prices(id),
        entitlements: entitlements(id),
        price_sync_status: {
          current_sequence: sync.currentSequence,
          synced: sync.synced,
          unsynced_subscription_count: sync.unsyncedSubscriptionCount,
        },
      })
    },
  })
}
