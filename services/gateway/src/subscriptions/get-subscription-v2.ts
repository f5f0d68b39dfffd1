import { getSubscriptionV2 } from '@flexprice/contracts/operations'
import { getSubscription } from '@flexprice/database/subscriptions'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { subscriptionsWithRecords } from './subscriptions-with-records.ts'

export function getSubscriptionV2Route(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getSubscriptionV2),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      const row = await getSubscription(scoped, id)
      const [subscription] = await subscriptionsWithRecords(scoped, [row], request.query.expand ?? new Set())
      assert(subscription, 'each has its records')
      return reply.send({
        ...subscription,
        plan_prices_out_of_sync: row.synced_up_to < row.plan_price_sequence,
      })
    },
  })
}
