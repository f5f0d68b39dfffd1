import type { SubscriptionResponse } from '@flexprice/contracts/subscriptions'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { listLatestInvoices } from '@flexprice/database/invoices'
import { listLineItems } from '@flexprice/database/line-items'
import type { SubscriptionRow } from '@flexprice/database/subscriptions'
import { customersById } from '../customers/customers-by-id.ts'
import { aggregatedFeaturesOfEach } from '../entitlements/aggregated-features.ts'
import { invoiceResponse } from '../invoices/invoice-response.ts'
import { overdueAmong } from '../invoices/overdue-among.ts'
import { plansById } from '../plans/plans-by-id.ts'
import { lineItemResponse } from './line-item-response.ts'
import { lineRecords } from './line-records.ts'
import { subscriptionResponse } from './subscription-response.ts'

type Expand = ReadonlySet<
  'customer' | 'plan' | 'line_items' | 'meters' | 'prices' | 'entitlements' | 'latest_invoice'
>

/** Subscriptions with what the caller wants to see around them, by one query a kind for all of them. */
export async function subscriptionsWithRecords(
  scoped: Scoped,
  rows: readonly SubscriptionRow[],
  expand: Expand,
): Promise<SubscriptionResponse[]> {
  const [customers, plans, lines, entitlements, invoices] = await Promise.all([
    customersById(scoped, expand.has('customer') ? rows.map((row) => row.customer_id) : []),
    plansById(scoped, expand.has('plan') ? rows.map((row) => row.plan_id) : []),
    hasLines(expand) ? linesBySubscription(scoped, rows, expand) : undefined,
    expand.has('entitlements') ? entitlementsBySubscription(scoped, rows) : undefined,
    latestInvoices(scoped, expand.has('latest_invoice') ? rows : []),
  ])
  return rows.map((row) => ({
    ...subscriptionResponse(scoped.scope, row),
    customer: customers.get(row.customer_id),
    plan: plans.get(row.plan_id),
    line_items: lines && (lines.get(row.id) ?? []),
    entitlements: entitlements && (entitlements.get(row.id) ?? []).map((one) => ({ ...one })),
    latest_invoice: invoices.get(row.id),
  }))
}

/** What is asked of lines is shown in them. */
function hasLines(expand: Expand): boolean {
  return expand.has('line_items') || expand.has('meters') || expand.has('prices')
}

async function linesBySubscription(scoped: Scoped, rows: readonly SubscriptionRow[], expand: Expand) {
  const lines = await listLineItems(
    scoped,
    rows.map((row) => row.id),
  )
  const recordsOf = await lineRecords(scoped, lines, {
    meters: expand.has('meters'),
    prices: expand.has('prices'),
  })
  return Map.groupBy(
    lines.map((line) => ({ ...lineItemResponse(scoped.scope, line), ...recordsOf(line) })),
    (line) => line.subscription_id,
  )
}

async function entitlementsBySubscription(scoped: Scoped, subscriptions: readonly SubscriptionRow[]) {
  return aggregatedFeaturesOfEach(scoped, { subscriptions, now: await readNow(scoped) })
}

async function latestInvoices(scoped: Scoped, rows: readonly SubscriptionRow[]) {
  const invoices = await listLatestInvoices(
    scoped,
    rows.map((row) => row.id),
  )
  const overdue = await overdueAmong(scoped, invoices)
  return new Map(
    invoices.map((invoice) => [
      invoice.subscription_id,
      { ...invoiceResponse(scoped.scope, invoice, overdue) },
    ]),
  )
}
