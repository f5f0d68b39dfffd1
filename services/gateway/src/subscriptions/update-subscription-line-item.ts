import { updateSubscriptionLineItem } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { updateLineItem } from '@flexprice/database/line-items'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { storedTiers } from '../prices/stored-tiers.ts'
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
          money: {
            billing_model: body.billing_model,
            amount: body.amount,
            tier_mode: body.tier_mode,
            tiers: storedTiers(body.tiers),
            divide_by: body.transform_quantity?.divide_by,
            round: body.transform_quantity?.round,
          },
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
