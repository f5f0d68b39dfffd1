import { createSubscriptionLineItem } from '@flexprice/contracts/operations'
import { type CreateSubscriptionLineItemRequest, subscriptionPrice } from '@flexprice/contracts/subscriptions'
import type { LineOrder } from '@flexprice/contracts/workflows'
import { priceColumns } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { insertLineItem, type NewLineItem } from '@flexprice/database/line-items'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import { expectIdOf } from '../id-kind.ts'
import { routeOf } from '../route.ts'
import type { ChangeRouteArguments } from '../subscription-changes/change-route-arguments.ts'
import { startChange } from '../subscription-changes/start-change.ts'
import { readLineItem } from './read-line-item.ts'

/** With prorations it is a change of the subscription, made by the workflow that makes all of them. */
export function createSubscriptionLineItemRoute(
  ...[api, { database, temporal }, config, closing]: ChangeRouteArguments
): void {
  api.route({
    ...routeOf(createSubscriptionLineItem),
    async handler(request, reply) {
      const { body } = request
      const subscriptionId = request.params.id
      expectIdOf('subscription', subscriptionId)
      if (body.price_id !== undefined) expectIdOf('price', body.price_id)
      const scoped = callerDatabase(database, request)
      if (body.proration_behavior === 'create_prorations') {
        const wanted = { mode: 'execute', subscriptionId, order: additionOf(body) } as const
        const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
        // What succeeds its price begins later.
        const line = result.lines.find(({ start_date }) => start_date === result.effective_at)
        assert(line, 'the line that came begins with the change')
        return reply.code(201).send(await readLineItem(scoped, line.id))
      }
      const answer = await inTransaction(scoped, async (transaction) => {
        const id = await insertLineItem(transaction, {
          subscriptionId,
          price: linePrice(body),
          quantity: body.quantity,
          startDate: body.start_date,
          endDate: body.end_date,
          metadata: body.metadata,
          now: await readNow(transaction),
        })
        return readLineItem(transaction, id)
      })
      return reply.code(201).send(answer)
    },
  })
}

function additionOf(body: CreateSubscriptionLineItemRequest): LineOrder {
  const { price } = body
  return {
    kind: 'lines',
    proration_behavior: body.proration_behavior,
    act: {
      does: 'add',
      price_id: body.price_id ?? null,
      price: price ? subscriptionPrice.encode(named(price, body)) : null,
      quantity: body.quantity ?? null,
      start_date: body.start_date?.toISOString() ?? null,
      end_date: body.end_date?.toISOString() ?? null,
      metadata: body.metadata ?? null,
    },
  }
}

function linePrice(body: CreateSubscriptionLineItemRequest): NewLineItem['price'] {
  if (body.price !== undefined) return priceColumns(named(body.price, body))
  assert(body.price_id !== undefined, 'the schema wants a price or its id')
  return { id: body.price_id }
}

type Price = NonNullable<CreateSubscriptionLineItemRequest['price']>

function named(
  price: Price,
  { display_name }: Pick<CreateSubscriptionLineItemRequest, 'display_name'>,
): Price {
  return { ...price, display_name: price.display_name ?? display_name }
}
