import { deleteSubscriptionLineItem } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { endLineItem } from '@flexprice/database/line-items'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { readLineItem } from './read-line-item.ts'

export function deleteSubscriptionLineItemRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(deleteSubscriptionLineItem),
    async handler(request, reply) {
      const lineItemId = request.params.id
      expectIdOf('lineItem', lineItemId)
      const endDate = request.body.effective_from
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) => {
        await endLineItem(scoped, { lineItemId, endDate, now: await readNow(scoped) })
        return readLineItem(scoped, lineItemId)
      })
      return reply.send(answer)
    },
  })
}
