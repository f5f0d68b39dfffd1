import type { Scoped } from '@flexprice/database/connection'
import { getFullSubscription } from '@flexprice/database/creation'
import { invoiceResponse } from '../invoices/invoice-response.ts'
import { lineItemResponse } from './line-item-response.ts'
import { subscriptionResponse } from './subscription-response.ts'

/** A subscription with its lines and newest invoice, as it is answered where one is asked for. @throws not_found */
export async function fullSubscription(scoped: Scoped, id: string) {
  const { subscription, lines, latestInvoice } = await getFullSubscription(scoped, id)
  return {
    ...subscriptionResponse(scoped.scope, subscription),
    line_items: lines.map((line) => lineItemResponse(scoped.scope, line)),
    ...(latestInvoice && { latest_invoice: invoiceResponse(scoped.scope, latestInvoice) }),
  }
}
