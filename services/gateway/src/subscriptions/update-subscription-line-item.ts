import { updateSubscriptionLineItem } from '@flexprice/contracts/operations'
import { moneyChanges } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { updateLineItem } from '@flexprice/database/line-items'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { readLineItem } from './read-line-item.ts'

export function updateSubscriptionLineItemRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(updateSubscriptionLineItem),
    async handler(request, reply) {
      const { body } = request
      const lineItemId = request.params.id
      expectIdOf('lineItem', lineItemId)
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) => {
        const id = await updateLineItem(scoped, {
          lineItemId,
          quantity: body.quantity,
          money: moneyChanges({ ...body, bucket_size: undefined }),
          metadata: body.metadata,
          effectiveFrom: body.effective_from,
          now: await readNow(scoped),
        })
        return readLineItem(scoped, id)
      })
      return reply.send(answer)
    },
  })
}
