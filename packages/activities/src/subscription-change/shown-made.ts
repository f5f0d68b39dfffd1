import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { listWalletCredits } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { readInvoicesWithLines } from '@flexprice/database/invoices'

/** A preview's result with what it would make, as it would be: invoices, and what comes back to wallets. It is gone once undone. */
export async function withMade(
  transaction: Scoped,
  result: SubscriptionChangeResult,
): Promise<SubscriptionChangeResult> {
  return await withInvoices(transaction, await withWalletCredits(transaction, result))
}

async function withWalletCredits(
  transaction: Scoped,
  result: SubscriptionChangeResult,
): Promise<SubscriptionChangeResult> {
  const { change_id: id, credits } = result
  if (id === null || credits.every(({ amount, netted_amount }) => amount === netted_amount)) return result
  const rows = await listWalletCredits(transaction, id)
  return rows.length === 0 ? result : { ...result, wallet_credits: rows.map((row) => ({ ...row })) }
}

async function withInvoices(
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
