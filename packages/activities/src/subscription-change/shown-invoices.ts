import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { readInvoicesWithLines } from '@flexprice/database/invoices'

/** A preview's result with the invoices that it would make, as they would be: they are gone once it is undone. */
export async function withInvoices(
  transaction: Scoped,
  result: SubscriptionChangeResult,
): Promise<SubscriptionChangeResult> {
  const ids = result.invoice_ids
  if (ids.length === 0) return result
  const { invoices, lines } = await readInvoicesWithLines(transaction, ids)
  const linesOf = Map.groupBy(lines, ({ invoice_id }) => invoice_id)
  return {
    ...result,
    invoices: invoices.map(({ invoice_number: _, ...row }) => ({
      ...row,
      line_items: (linesOf.get(row.id) ?? []).map(({ explanation: __, ...line }) => line),
    })),
  }
}
