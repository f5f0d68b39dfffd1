import { getPrice } from '@flexprice/contracts/operations'
import { getPrice as findPrice } from '@flexprice/database/catalog'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expandMetering } from '../features/expand-metering.ts'
import { expectIdOf } from '../id-kind.ts'
import { keepOutOfCache } from '../plugins/cache-catalog.ts'
import { type Api, routeOf } from '../route.ts'
import { priceResponse } from './price-response.ts'

export function getPriceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getPrice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('price', request.params.id)
      const row = await findPrice(scoped, request.params.id)
      // A subscription's own price changes with its line items, by workflows too.
      if (row.subscription_id !== null) keepOutOfCache(request)
      const expanded = await expandMetering(scoped, [row])
      return reply.send({ ...priceResponse(scoped.scope, row), ...expanded(row) })
    },
  })
}
