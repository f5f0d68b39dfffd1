import { createPricesBulk } from '@flexprice/contracts/operations'
import { insertPrices } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { newPrice } from './new-price.ts'
import { priceResponse } from './price-response.ts'

export function createPricesBulkRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createPricesBulk),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const prices = request.body.items.map(newPrice)
      const rows = await inTransaction(caller, async (scoped) =>
        insertPrices(scoped, prices, await readNow(scoped), (index) => `items[${index}].`),
      )
      return reply.code(201).send({ items: rows.map((row) => priceResponse(caller.scope, row)) })
    },
  })
}
