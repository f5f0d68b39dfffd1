import { getSubscription } from '@flexprice/contracts'
import { getSubscription as findSubscription, listLineItems } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { lineItemResponse } from './line-item-response.ts'
import { subscriptionResponse } from './subscription-response.ts'

export function getSubscriptionRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getSubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('subscription', id)
      const [row, lines] = await Promise.all([findSubscription(scoped, id), listLineItems(scoped, [id])])
      return reply.send({
        ...subscriptionResponse(scoped.scope, row),
        line_items: lines.map((line) => lineItemResponse(scoped.scope, line)),
      })
    },
  })
}
