import { getSubscription } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { fullSubscription } from './full-subscription.ts'

export function getSubscriptionRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      return reply.send(await fullSubscription(scoped, id))
    },
  })
}
