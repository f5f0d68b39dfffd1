import { getSubscriptionsForCustomer } from '@flexprice/contracts/operations'
import { getCustomerByExternalId } from '@flexprice/database/customers'
import { pageSizeMax } from '@flexprice/database/search'
import { searchSubscriptions } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { listResponse } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { subscriptionsWithRecords } from './subscriptions-with-records.ts'

export function getSubscriptionsForCustomerRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(getSubscriptionsForCustomer),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const customer = await getCustomerByExternalId(scoped, request.params.external_id)
      const page = { limit: pageSizeMax, offset: 0 }
      const { items, total } = await searchSubscriptions(scoped, { customer_id: customer.id, ...page })
      const wanted = new Set([...always, ...(request.query.expand ?? [])])
      const subscriptions = await subscriptionsWithRecords(scoped, items, wanted)
      return reply.send(listResponse({ items: subscriptions, total }, page, (one) => one))
    },
  })
}

/** FlexPrice's clients show a customer by this one answer. */
const always = ['line_items', 'meters', 'entitlements'] as const
