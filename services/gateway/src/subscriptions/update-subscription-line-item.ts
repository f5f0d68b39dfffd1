import { updateSubscriptionLineItem } from '@flexprice/contracts/operations'
import { updateSubscriptionLineItemRequest } from '@flexprice/contracts/subscriptions'
import { moneyChanges } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { getLineItem, updateLineItem } from '@flexprice/database/line-items'
import { callerDatabase } from '../caller.ts'
import { expectIdOf } from '../id-kind.ts'
import { routeOf } from '../route.ts'
import type { ChangeRouteArguments } from '../subscription-changes/change-route-arguments.ts'
import { startChange } from '../subscription-changes/start-change.ts'
import { readLineItem } from './read-line-item.ts'

/** With prorations it is a change of the subscription, made by the workflow that makes all of them. */
export function updateSubscriptionLineItemRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(updateSubscriptionLineItem),
    async handler(request, reply) {
      const { body } = request
      const lineItemId = request.params.id
      expectIdOf('lineItem', lineItemId)
      const scoped = callerDatabase(database, request)
      const { proration_behavior } = body
      if (proration_behavior === 'create_prorations') {
        const { subscription_id: subscriptionId } = await getLineItem(scoped, lineItemId)
        const change = updateSubscriptionLineItemRequest.encode(body)
        const act = { does: 'change', line_item_id: lineItemId, change } as const
        const order = { kind: 'lines', proration_behavior, act } as const
        const wanted = { mode: 'execute', subscriptionId, order } as const
        const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
        // What succeeds its price begins later; in place it is the line itself.
        const { effective_at: at } = result
        const changed = result.lines.find((one) => one.change_action === 'created' && one.start_date === at)
        return reply.send(await readLineItem(scoped, changed?.id ?? lineItemId))
      }
      const answer = await inTransaction(scoped, async (transaction) => {
        const id = await updateLineItem(transaction, {
          lineItemId,
          quantity: body.quantity,
          money: moneyChanges({ ...body, bucket_size: undefined }),
          metadata: body.metadata,
          effectiveFrom: body.effective_from,
          now: await readNow(transaction),
        })
        return readLineItem(transaction, id)
      })
      return reply.send(answer)
    },
  })
}
