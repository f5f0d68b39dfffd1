import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { WalletTransactionRow } from '../wallets/wallet-transactions.ts'

/**
 * The credits that a change has given back to wallets, oldest first: those that had paid what comes back, and money that
 * became some. Each is booked by the id of the credit of its line, or by one that begins with it.
 */
export async function listWalletCredits(
  { db, scope }: Scoped,
  changeId: string,
): Promise<WalletTransactionRow[]> {
  const { rows } = await sql<WalletTransactionRow>`
    select t.* from line_credits c
    join wallet_ledger t on t.environment_id = c.environment_id and t.origin = 'line_credit'
      and t.idempotency_key >= c.id and t.idempotency_key < c.id || ';'
    where c.environment_id = ${scope.environmentId} and c.source_id = ${changeId} and t.type = 'credit'
    order by t.id`.execute(db)
  return rows
}
