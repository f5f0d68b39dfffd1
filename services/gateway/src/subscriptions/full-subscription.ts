import { findLatestInvoice, getSubscription, listLineItems, type Scoped } from '@flexprice/database'
import { invoiceResponse } from '../invoices/invoice-response.ts'
import { lineItemResponse } from './line-item-response.ts'
import { subscriptionResponse } from './subscription-response.ts'

/** A subscription with its lines and newest invoice, as it is answered where one is asked for. @throws not_found */
export async function fullSubscription(scoped: Scoped, id: string) {
  const [row, lines, invoice] = await Promise.all([
    getSubscription(scoped, id),
    listLineItems(scoped, [id]),
    findLatestInvoice(scoped, id),
  ])
  return {
    ...subscriptionResponse(scoped.scope, row),
    line_items: lines.map((line) => lineItemResponse(scoped.scope, line)),
    ...(invoice && { latest_invoice: { ...invoiceResponse(scoped.scope, invoice) } }),
  }
}
