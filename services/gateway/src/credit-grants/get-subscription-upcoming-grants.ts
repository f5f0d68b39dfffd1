import { getSubscriptionUpcomingGrants } from '@flexprice/contracts/operations'
import { getSubscription } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { upcomingGrants } from './upcoming-grants.ts'

export function getSubscriptionUpcomingGrantsRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(getSubscriptionUpcomingGrants),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      await getSubscription(scoped, id)
      return reply.send(await upcomingGrants(scoped, { subscriptionId: id }))
    },
  })
}
