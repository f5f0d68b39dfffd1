import { querySubscriptionLineItems } from '@flexprice/contracts/operations'
import { searchPrices } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { type LineItemRow, searchLineItems } from '@flexprice/database/line-items'
import { pageSizeMax } from '@flexprice/database/search'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { priceResponse } from '../prices/price-response.ts'
import { type Api, routeOf } from '../route.ts'
import { lineItemResponse } from './line-item-response.ts'

export function querySubscriptionLineItemsRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(querySubscriptionLineItems),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const now = await readNow(scoped)
      const page = await searchLineItems(scoped, request.body, now)
      const prices = await pricesById(scoped, request.body.expand?.has('price') ? page.items : [], now)
      return reply.send(
        cursoredList(page, request, (row) => ({
          ...lineItemResponse(scoped.scope, row),
          price: prices.get(row.price_id),
        })),
      )
    },
  })
}

async function pricesById(scoped: Scoped, lines: readonly LineItemRow[], now: Date) {
  const price_ids = [...new Set(lines.map((line) => line.price_id))]
  const search = { price_ids, allow_expired_prices: true, limit: pageSizeMax }
  const { items } = price_ids.length === 0 ? { items: [] } : await searchPrices(scoped, search, now)
  return new Map(items.map((row) => [row.id, priceResponse(scoped.scope, row)]))
}
