import { type WalletTransactionResponse, walletTransactionResponse } from '@flexprice/contracts/wallets'
import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import { listWalletCredits } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { decimalText } from '../decimal-text.ts'
import { walletTransactionResponses } from '../wallets/wallet-transaction-responses.ts'
import { withoutNulls } from '../without-nulls.ts'

/** What a change has given back to wallets, oldest first; no statement where all of its credits were charged anew. */
export async function changedWalletCredits(
  scoped: Scoped,
  { change_id: id, credits }: SubscriptionChangeResult,
): Promise<WalletTransactionResponse[]> {
  if (id === null || credits.every(({ amount, netted_amount }) => amount === netted_amount)) return []
  return walletTransactionResponses(scoped, await listWalletCredits(scoped, id))
}

/** What a change would give back: rows that were undone, as JSON. */
export function previewedWalletCredits(
  { scope }: Pick<Scoped, 'scope'>,
  { wallet_credits: rows = [] }: SubscriptionChangeResult,
): WalletTransactionResponse[] {
  return rows.map((row) =>
    walletTransactionResponse.parse({ ...withoutNulls(shortened(row)), tenant_id: scope.tenantId }),
  )
}

const amounts = new Set([
  ...['amount', 'credit_amount', 'credits_available', 'credit_balance_before', 'credit_balance_after'],
  ...['conversion_rate', 'topup_conversion_rate'],
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
