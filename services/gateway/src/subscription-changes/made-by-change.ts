import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { changedInvoices, previewedInvoices } from './changed-invoices.ts'
import { changedWalletCredits, previewedWalletCredits } from './changed-wallet-credits.ts'
import type { MadeByChange } from './plan-change-response.ts'

/** What there is of a change by now, or what would be. */
export async function madeByChange(
  scoped: Scoped,
  result: SubscriptionChangeResult,
  mode: 'preview' | 'execute',
): Promise<MadeByChange> {
  if (mode === 'preview') {
    return { invoices: previewedInvoices(result), walletCredits: previewedWalletCredits(scoped, result) }
  }
  return {
    invoices: await changedInvoices(scoped, result),
    walletCredits: await changedWalletCredits(scoped, result),
  }
}
