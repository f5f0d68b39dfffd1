import { updatePrice } from '@flexprice/contracts/operations'
import { priceChanges, updatePrice as writePrice } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { priceResponse } from './price-response.ts'

export function updatePriceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updatePrice),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const priceId = request.params.id
      expectIdOf('price', priceId)
      if (request.body.group_id) expectIdOf('group', request.body.group_id)
      const changes = priceChanges(request.body)
      const { effective_from: effectiveFrom, effective_at: effectiveAt } = request.body
      const row = await inTransaction(caller, async (scoped) =>
        writePrice(scoped, { priceId, changes, effectiveFrom, effectiveAt, now: await readNow(scoped) }),
      )
      return reply.send(priceResponse(caller.scope, row))
    },
  })
}
