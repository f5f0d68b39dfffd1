import { CodedError } from '@flexprice/domain'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { endCredits } from './end-credits.ts'
import { holdWallet } from './held-wallets.ts'
import { writeLedger } from './ledger.ts'
import { findPendingInvoice } from './pending-credits.ts'
import { getWallet, type WalletRow } from './wallets.ts'

/**
 * Debits what is left of a wallet's credits and closes it, for ever. Of one that is closed nothing changes.
 *
 * @throws not_found; in_use while a purchase waits for its invoice, which it names
 */
export function terminateWallet(scoped: Scoped, id: string, now: Date): Promise<WalletRow> {
  return inTransaction(scoped, async (transaction) => {
    const held = await holdWallet(transaction, id)
    if (held.row.wallet_status === 'closed') return held.row
    await refusePending(transaction, id)
    await writeLedger(
      transaction,
      [{ held, entries: endCredits(held, held.credits.values(), 'WALLET_TERMINATION') }],
      now,
    )
    await transaction.db
      .updateTable('wallets')
      .set({ wallet_status: 'closed', topup_due_at: null, ...change(scoped.scope, now) })
      .where('environment_id', '=', scoped.scope.environmentId)
      .where('id', '=', id)
      .execute()
    return getWallet(transaction, id)
  })
}

/** What somebody is asked to pay for must be able to come. */
async function refusePending(scoped: Scoped, id: string): Promise<void> {
  const invoiceId = await findPendingInvoice(scoped, id)
  if (invoiceId === undefined) return
  const message = `Wallet ${id} waits for invoice ${invoiceId}, which buys credits for it: pay or void that first`
  throw new CodedError('in_use', message, { details: { used_by: 'invoice', invoice_id: invoiceId } })
}
