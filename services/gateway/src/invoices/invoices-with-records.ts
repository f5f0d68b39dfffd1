import type { InvoiceResponse } from '@flexprice/contracts/invoices'
import type { Scoped } from '@flexprice/database/connection'
import { type InvoiceLineItemRow, type InvoiceRow, listInvoiceLineItems } from '@flexprice/database/invoices'
import { pageSizeMax } from '@flexprice/database/search'
import { searchSubscriptions } from '@flexprice/database/subscriptions'
import { customersById } from '../customers/customers-by-id.ts'
import { subscriptionResponse } from '../subscriptions/subscription-response.ts'
import { invoiceLineItemResponse, invoiceResponse } from './invoice-response.ts'
import { overdueAmong } from './overdue-among.ts'

interface WantedRecords {
  /** Those that were read already, or whether they are. */
  readonly lineItems: boolean | readonly InvoiceLineItemRow[]
  /** The environment's, by which they are overdue. */
  readonly now: Date
  readonly expand?: ReadonlySet<'customer' | 'subscription'> | undefined
}

/** Invoices with what the caller wants to see around them, by one query a kind for all of them. */
export async function invoicesWithRecords(
  scoped: Scoped,
  rows: readonly InvoiceRow[],
  { lineItems, now, expand }: WantedRecords,
): Promise<InvoiceResponse[]> {
  const [lines, overdue, customers, subscriptions] = await Promise.all([
    lineItems === false ? undefined : linesByInvoice(scoped, rows, lineItems),
    overdueAmong(scoped, rows, now),
    customersById(scoped, expand?.has('customer') ? rows.map((row) => row.customer_id) : []),
    subscriptionsById(scoped, expand?.has('subscription') ? rows : []),
  ])
  return rows.map((row) => ({
    ...invoiceResponse(scoped.scope, row, overdue),
    line_items: lines && (lines.get(row.id) ?? []),
    customer: customers.get(row.customer_id),
    subscription: row.subscription_id === null ? undefined : subscriptions.get(row.subscription_id),
  }))
}

async function linesByInvoice(
  scoped: Scoped,
  rows: readonly InvoiceRow[],
  known: true | readonly InvoiceLineItemRow[],
) {
  const ids = rows.map((row) => row.id)
  const lines = known !== true ? known : ids.length === 0 ? [] : await listInvoiceLineItems(scoped, ids)
  return Map.groupBy(
    lines.map((line) => invoiceLineItemResponse(scoped.scope, line)),
    (line) => line.invoice_id,
  )
}

async function subscriptionsById(scoped: Scoped, rows: readonly InvoiceRow[]) {
  const subscription_ids = [...new Set(rows.flatMap((row) => row.subscription_id ?? []))]
  if (subscription_ids.length === 0) return new Map<string, never>()
  const { items } = await searchSubscriptions(scoped, { subscription_ids, limit: pageSizeMax })
  return new Map(items.map((row) => [row.id, subscriptionResponse(scoped.scope, row)]))
}
