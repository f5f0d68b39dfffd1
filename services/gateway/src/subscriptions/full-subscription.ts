import type { Scoped } from '@flexprice/database/connection'
import { getFullSubscription } from '@flexprice/database/creation'
import { invoiceResponse } from '../invoices/invoice-response.ts'
import { lineItemResponse } from './line-item-response.ts'
import { subscriptionResponse } from './subscription-response.ts'

/**
 * A subscription with its lines and newest invoice, as it is answered where one is asked for.
 *
 * @param wants with `warnings` where the answer is that of its creation, which they are about
 * @throws not_found
 */
export async function fullSubscription(
  scoped: Scoped,
  id: string,
  { warnings = false }: { warnings?: boolean } = {},
) {
  const { subscription, lines, latestInvoice } = await getFullSubscription(scoped, id)
  return {
    ...subscriptionResponse(scoped.scope, subscription),
    line_items: lines.map((line) => lineItemResponse(scoped.scope, line)),
    ...(warnings && subscription.warnings.length > 0 && { warnings: [...subscription.warnings] }),
    ...(latestInvoice && { latest_invoice: invoiceResponse(scoped.scope, latestInvoice) }),
  }
}
