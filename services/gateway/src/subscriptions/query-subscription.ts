import { querySubscription, type SubscriptionFilter } from '@flexprice/contracts'
import {
  listLineItems,
  pageSizeMax,
  type Scoped,
  type SubscriptionRow,
  searchCustomers,
  searchSubscriptions,
} from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import { customerResponse } from '../customers/customer-response.ts'
import type { Dependencies } from '../dependencies.ts'
import { listResponse } from '../list-response.ts'
import { plansById } from '../plans/plans-by-id.ts'
import { type Api, routeOf } from '../route.ts'
import { lineItemResponse } from './line-item-response.ts'
import { subscriptionResponse } from './subscription-response.ts'

export function querySubscriptionRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(querySubscription),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchSubscriptions(scoped, request.body)
      const related = await relatedRecords(scoped, request.body, page.items)
      return reply.send(
        listResponse(page, request.body, (row) => ({
          ...subscriptionResponse(scoped.scope, row),
          customer: related.customers.get(row.customer_id),
          plan: related.plans.get(row.plan_id),
          line_items: related.lines && (related.lines.get(row.id) ?? []),
        })),
      )
    },
  })
}

/** What the caller wants to see of other records, by one query a kind for the whole page. */
async function relatedRecords(scoped: Scoped, filter: SubscriptionFilter, rows: readonly SubscriptionRow[]) {
  const { expand, with_line_items } = filter
  const [customers, plans, lines] = await Promise.all([
    expand?.has('customer') ? customersById(scoped, rows) : new Map<string, never>(),
    plansById(scoped, expand?.has('plan') ? rows.map((row) => row.plan_id) : []),
    with_line_items || expand?.has('line_items') ? linesBySubscription(scoped, rows) : undefined,
  ])
  return { customers, plans, lines }
}

async function customersById(scoped: Scoped, rows: readonly SubscriptionRow[]) {
  const customer_ids = [...new Set(rows.map((row) => row.customer_id))]
  const { items } = await searchCustomers(scoped, { customer_ids, limit: pageSizeMax })
  return new Map(items.map((row) => [row.id, customerResponse(scoped.scope, row)]))
}

async function linesBySubscription(scoped: Scoped, rows: readonly SubscriptionRow[]) {
  const lines = await listLineItems(
    scoped,
    rows.map((row) => row.id),
  )
  return Map.groupBy(
    lines.map((line) => lineItemResponse(scoped.scope, line)),
    (line) => line.subscription_id,
  )
}
