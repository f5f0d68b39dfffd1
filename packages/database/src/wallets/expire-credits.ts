import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { endCredits } from './end-credits.ts'
import { holdWallets } from './held-wallets.ts'
import { writeLedger } from './ledger.ts'

/**
 * Debits what is left of the wallets' credits whose end has come, in the caller's transaction: a fixed number of
 * statements. What an earlier period may still use waits for that period's invoice (billing rules, section 11).
 * Idempotent: of what was debited nothing is left.
 *
 * @param when whose end has come by `asOf`, debited `now`
 */
export async function expireCredits(
  scoped: Scoped,
  walletIds: readonly string[],
  { asOf, now }: { asOf: Date; now: Date },
): Promise<void> {
  assert(scoped.db.isTransaction, 'credits end while their wallets are held')
  const wallets = await holdWallets(scoped, walletIds)
  if (wallets.length === 0) return
  const { rows } = await sql<{ wallet_id: string; credit_id: string }>`
    select wallet_id, credit_id from expired_credits(${scoped.scope.environmentId}, ${asOf})
    where wallet_id = any (${walletIds}::text[])`.execute(scoped.db)
  const expired = new Set(rows.map(({ credit_id }) => credit_id))
  const bookings = wallets.map((held) => {
    const ended = [...held.credits.values()].filter(({ id }) => expired.has(id))
    return { held, entries: endCredits(held, ended, 'CREDIT_EXPIRED') }
  })
  await writeLedger(scoped, bookings, now)
}
