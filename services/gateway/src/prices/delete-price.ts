import { deletePrice } from '@flexprice/contracts/operations'
import { endPrice } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deletePriceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deletePrice),
    async handler(request, reply) {
      const priceId = request.params.id
      expectIdOf('price', priceId)
      const endDate = request.body.end_date
      const row = await inTransaction(callerDatabase(database, request), async (scoped) =>
        endPrice(scoped, { priceId, endDate, now: await readNow(scoped) }),
      )
      return reply.send({ message: `Price ${priceId} ends at ${row.end_date?.toISOString()}` })
    },
  })
}
