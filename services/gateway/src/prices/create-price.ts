import { createPrice } from '@flexprice/contracts/operations'
import { insertPrices } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { newPrice } from './new-price.ts'
import { priceResponse } from './price-response.ts'

export function createPriceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createPrice),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const price = newPrice(request.body)
      const [row] = await inTransaction(caller, async (scoped) =>
        insertPrices(scoped, [price], await readNow(scoped)),
      )
      assert(row, 'an insert returns its row')
      return reply.code(201).send(priceResponse(caller.scope, row))
    },
  })
}
