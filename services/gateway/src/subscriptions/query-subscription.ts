import { querySubscription } from '@flexprice/contracts/operations'
import { searchSubscriptions } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { subscriptionsWithRecords } from './subscriptions-with-records.ts'

export function querySubscriptionRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(querySubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { expand, with_line_items } = request.body
      const { items, total } = await searchSubscriptions(scoped, request.body)
      const wanted = new Set([...(expand ?? []), ...(with_line_items ? ['line_items' as const] : [])])
      const subscriptions = await subscriptionsWithRecords(scoped, items, wanted)
      return reply.send(cursoredList({ items: subscriptions, total }, request, (one) => one))
    },
  })
}
