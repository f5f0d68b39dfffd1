import type { Scoped } from '@flexprice/database/connection'
import { getFullSubscription, skippedPricesOf } from '@flexprice/database/creation'
import type { SubscriptionRow } from '@flexprice/database/subscriptions'
import { customerResponse } from '../customers/customer-response.ts'
import { invoiceResponse } from '../invoices/invoice-response.ts'
import { overdueAmong } from '../invoices/overdue-among.ts'
import { planResponse } from '../plans/plan-response.ts'
import { lineItemResponse } from './line-item-response.ts'
import { pausesOf } from './pauses-of.ts'
import { subscriptionResponse } from './subscription-response.ts'

/**
 * A subscription with its plan, customer, lines and newest invoice, as it is answered where one is asked for.
 *
 * @param wants with `warnings` where the answer is that of its creation, which they are about
 * @throws not_found
 */
export async function fullSubscription(
  scoped: Scoped,
  id: string,
  { warnings = false }: { warnings?: boolean } = {},
) {
  const { subscription, plan, customer, lines, latestInvoice } = await getFullSubscription(scoped, id)
  const overdue = await overdueAmong(scoped, latestInvoice ? [latestInvoice] : [])
  return {
    ...subscriptionResponse(scoped.scope, subscription),
    ...(await pausesOf(scoped, subscription)),
    plan: planResponse(scoped.scope, plan),
    customer: customerResponse(scoped.scope, customer),
    line_items: lines.map((line) => lineItemResponse(scoped.scope, line)),
    ...(warnings && (await leftOut(scoped, subscription))),
    ...(latestInvoice && { latest_invoice: invoiceResponse(scoped.scope, latestInvoice, overdue) }),
  }
}

/** What nobody asked for, and what the plan has and the subscription has not. */
async function leftOut(scoped: Scoped, subscription: SubscriptionRow) {
  const skipped = (await skippedPricesOf(scoped, [subscription])).get(subscription.id) ?? []
  return {
    ...(subscription.warnings.length > 0 && { warnings: [...subscription.warnings] }),
    ...(skipped.length > 0 && {
      skipped_prices: skipped.map(({ priceId, ...skip }) => ({ price_id: priceId, ...skip })),
    }),
  }
}
