import { createSubscriptionLineItem } from '@flexprice/contracts/operations'
import type { CreateSubscriptionLineItemRequest } from '@flexprice/contracts/subscriptions'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { insertLineItem, type NewLineItem } from '@flexprice/database/line-items'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { priceColumns } from '../prices/new-price.ts'
import { type Api, routeOf } from '../route.ts'
import { readLineItem } from './read-line-item.ts'

export function createSubscriptionLineItemRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(createSubscriptionLineItem),
    async handler(request, reply) {
      const { body } = request
      const subscriptionId = request.params.id
      expectIdOf('subscription', subscriptionId)
      const price = linePrice(body)
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) => {
        const id = await insertLineItem(scoped, {
          subscriptionId,
          price,
          quantity: body.quantity,
          startDate: body.start_date,
          endDate: body.end_date,
          metadata: body.metadata,
          now: await readNow(scoped),
        })
        return readLineItem(scoped, id)
      })
      return reply.code(201).send(answer)
    },
  })
}

function linePrice({
  price,
  price_id,
  display_name,
}: CreateSubscriptionLineItemRequest): NewLineItem['price'] {
  if (price !== undefined) {
    return { ...priceColumns(price), display_name: price.display_name ?? display_name }
  }
  assert(price_id !== undefined, 'the schema wants a price or its id')
  expectIdOf('price', price_id)
  return { id: price_id }
}
