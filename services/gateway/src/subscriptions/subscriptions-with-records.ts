import type { SubscriptionResponse } from '@flexprice/contracts'
import { listLineItems, type Scoped, type SubscriptionRow } from '@flexprice/database'
import { customersById } from '../customers/customers-by-id.ts'
import { plansById } from '../plans/plans-by-id.ts'
import { lineItemResponse } from './line-item-response.ts'
import { subscriptionResponse } from './subscription-response.ts'

/** Subscriptions with what the caller wants to see around them, by one query a kind for all of them. */
export async function subscriptionsWithRecords(
  scoped: Scoped,
  rows: readonly SubscriptionRow[],
  expand: ReadonlySet<'customer' | 'plan' | 'line_items'>,
): Promise<SubscriptionResponse[]> {
  const [customers, plans, lines] = await Promise.all([
    customersById(scoped, expand.has('customer') ? rows.map((row) => row.customer_id) : []),
    plansById(scoped, expand.has('plan') ? rows.map((row) => row.plan_id) : []),
    expand.has('line_items') ? linesBySubscription(scoped, rows) : undefined,
  ])
  return rows.map((row) => ({
    ...subscriptionResponse(scoped.scope, row),
    customer: customers.get(row.customer_id),
    plan: plans.get(row.plan_id),
    line_items: lines && (lines.get(row.id) ?? []),
  }))
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
