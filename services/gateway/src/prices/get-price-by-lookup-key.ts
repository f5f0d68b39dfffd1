import { getPriceByLookupKey } from '@flexprice/contracts/operations'
import { getPriceByLookupKey as findPrice } from '@flexprice/database/catalog'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expandMetering } from '../features/expand-metering.ts'
import { keepOutOfCache } from '../plugins/cache-catalog.ts'
import { type Api, routeOf } from '../route.ts'
import { priceResponse } from './price-response.ts'

export function getPriceByLookupKeyRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getPriceByLookupKey),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const row = await findPrice(scoped, request.params.lookup_key)
      // A subscription's own price changes with its line items, by workflows too.
      if (row.subscription_id !== null) keepOutOfCache(request)
      const expanded = await expandMetering(scoped, [row])
      return reply.send({ ...priceResponse(scoped.scope, row), ...expanded(row) })
    },
  })
}
