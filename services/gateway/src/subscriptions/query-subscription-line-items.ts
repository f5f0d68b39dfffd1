import { querySubscriptionLineItems } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { searchLineItems } from '@flexprice/database/line-items'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { lineItemResponse } from './line-item-response.ts'
import { lineRecords } from './line-records.ts'

export function querySubscriptionLineItemsRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(querySubscriptionLineItems),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { expand } = request.body
      const page = await searchLineItems(scoped, request.body, await readNow(scoped))
      const recordsOf = await lineRecords(scoped, page.items, {
        meters: expand?.has('meters') ?? false,
        prices: expand?.has('price') ?? false,
      })
      return reply.send(
        cursoredList(page, request, (row) => ({
          ...lineItemResponse(scoped.scope, row),
          ...recordsOf(row),
        })),
      )
    },
  })
}
