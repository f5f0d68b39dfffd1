import { type InvoiceResponse, invoiceResponse } from '@flexprice/contracts/invoices'
import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { readInvoicesWithLines } from '@flexprice/database/invoices'
import { z } from 'zod'
import { decimalText } from '../decimal-text.ts'
import { invoicesWithRecords } from '../invoices/invoices-with-records.ts'
import { withoutNulls } from '../without-nulls.ts'

/** What a change has billed, oldest first. */
export async function changedInvoices(
  scoped: Scoped,
  { invoice_ids: ids }: SubscriptionChangeResult,
): Promise<InvoiceResponse[]> {
  if (ids.length === 0) return []
  const { invoices, lines, now } = await readInvoicesWithLines(scoped, ids)
  return invoicesWithRecords(scoped, invoices, { lineItems: lines, now })
}

/** Its own one: what it bills on the way is apart. None where its credits have taken all that it charges. */
export function isOfChange({ billing_reason: reason, invoice_status: status }: InvoiceResponse): boolean {
  return reason === 'SUBSCRIPTION_UPDATE' && status !== 'SKIPPED'
}

/** What a change would bill: rows that were undone, as JSON, with nulls where the wire has nothing. */
export function previewedInvoices({ invoices }: SubscriptionChangeResult): InvoiceResponse[] {
  return invoices.map(({ line_items, ...invoice }) =>
    invoiceResponse.parse({
      ...withoutNulls(shortened(invoice)),
      subscription_customer_id: invoice.customer_id,
      line_items: lineRows.parse(line_items).map((line) => ({
        ...withoutNulls(shortened(line)),
        ...(line.plan_id === null ? {} : { entity_type: 'plan', entity_id: line.plan_id }),
      })),
    }),
  )
}

const amounts = new Set([
  ...[
    'subtotal',
    'total',
    'total_discount',
    'total_tax',
    'total_prepaid_credits_applied',
    'adjustment_amount',
  ],
  ...['amount_due', 'amount_paid', 'amount_remaining', 'overpaid_amount', 'refunded_amount'],
  ...['amount', 'quantity', 'line_item_discount', 'invoice_level_discount', 'prepaid_credits_applied'],
])

/** A row's amounts have all the digits of their columns. */
function shortened(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [
      name,
      amounts.has(name) && typeof value === 'string' ? decimalText(value) : value,
    ]),
  )
}

const lineRows = z.array(z.record(z.string(), z.unknown()))
