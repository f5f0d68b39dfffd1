import { deleteSubscriptionLineItem } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { endLineItem, getLineItem } from '@flexprice/database/line-items'
import { callerDatabase } from '../caller.ts'
import { expectIdOf } from '../id-kind.ts'
import { routeOf } from '../route.ts'
import type { ChangeRouteArguments } from '../subscription-changes/change-route-arguments.ts'
import { startChange } from '../subscription-changes/start-change.ts'
import { readLineItem } from './read-line-item.ts'

/** With prorations it is a change of the subscription, made by the workflow that makes all of them. */
export function deleteSubscriptionLineItemRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(deleteSubscriptionLineItem),
    async handler(request, reply) {
      const lineItemId = request.params.id
      expectIdOf('lineItem', lineItemId)
      const { effective_from: endDate, proration_behavior } = request.body
      const scoped = callerDatabase(database, request)
      if (proration_behavior === 'create_prorations') {
        const { subscription_id: subscriptionId } = await getLineItem(scoped, lineItemId)
        const effective_from = endDate?.toISOString() ?? null
        const act = { does: 'end', line_item_id: lineItemId, effective_from } as const
        const order = { kind: 'lines', proration_behavior, act } as const
        const wanted = { mode: 'execute', subscriptionId, order } as const
        await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
        return reply.send(await readLineItem(scoped, lineItemId))
      }
      const answer = await inTransaction(scoped, async (transaction) => {
        await endLineItem(transaction, { lineItemId, endDate, now: await readNow(transaction) })
        return readLineItem(transaction, lineItemId)
      })
      return reply.send(answer)
    },
  })
}
