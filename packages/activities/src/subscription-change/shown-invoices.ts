import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { listInvoiceLineItems, listInvoicesById } from '@flexprice/database/invoices'

/** A preview's result with the invoices that it would make, as they would be: they are gone once it is undone. */
export async function withInvoices(
  transaction: Scoped,
  result: SubscriptionChangeResult,
): Promise<SubscriptionChangeResult> {
  const ids = result.invoice_ids
  if (ids.length === 0) return result
  const rows = await listInvoicesById(transaction, ids)
  const lines = Map.groupBy(await listInvoiceLineItems(transaction, ids), ({ invoice_id }) => invoice_id)
  return {
    ...result,
    invoices: rows.map(({ invoice_number: _, ...row }) => ({
      ...row,
      line_items: (lines.get(row.id) ?? []).map(({ explanation: __, ...line }) => line),
    })),
  }
}
