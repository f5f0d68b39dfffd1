import { inTransaction, type Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import { endCredits } from './end-credits.ts'
import { holdWallet } from './held-wallets.ts'
import { writeLedger } from './ledger.ts'
import { getWallet, type WalletRow } from './wallets.ts'

/**
 * Debits what is left of a wallet's credits and closes it, for ever. Of one that is closed nothing changes.
 *
 * @throws not_found
 */
export function terminateWallet(scoped: Scoped, id: string, now: Date): Promise<WalletRow> {
  return inTransaction(scoped, async (transaction) => {
    const held = await holdWallet(transaction, id)
    if (held.row.wallet_status === 'closed') return held.row
    await writeLedger(
      transaction,
      [{ held, entries: endCredits(held, held.credits.values(), 'WALLET_TERMINATION') }],
      now,
    )
    await transaction.db
      .updateTable('wallets')
      .set({ wallet_status: 'closed', ...change(scoped.scope, now) })
      .where('environment_id', '=', scoped.scope.environmentId)
      .where('id', '=', id)
      .execute()
    return getWallet(transaction, id)
  })
}
