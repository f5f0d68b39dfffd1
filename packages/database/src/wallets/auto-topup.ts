import { assert } from '@flexprice/domain'
import { isPositive, readDecimal } from '@flexprice/domain/money'
import { costOfCredits } from '@flexprice/domain/wallet'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { WalletTable } from '../tables/wallet-tables.ts'
import type { NewCredit } from './book-credits.ts'
import { type HeldWallet, holdWallets } from './held-wallets.ts'

/** A wallet that is to be topped up now, held, with what is bought for it under a key that is its own for ever. */
export interface DueTopUp {
  readonly wallet: Selectable<WalletTable>
  readonly credit: Omit<NewCredit, 'reference' | 'isPending' | 'parent'>
}

/** Holds the wallets whose balance has fallen below their threshold, those that are still to be topped up. */
export async function holdDueTopUps(
  scoped: Scoped,
  walletIds: readonly string[],
  asOf: Date,
): Promise<readonly DueTopUp[]> {
  const held = await holdWallets(scoped, walletIds)
  return held.flatMap(({ row }: HeldWallet) => {
    const { topup_due_at: dueAt, auto_topup_credits: bought } = row
    if (dueAt === null || dueAt > asOf || bought === null) return []
    const credits = readDecimal(bought)
    assert(isPositive(credits), 'a top-up is of something')
    const credit = {
      ...{ walletId: row.id, credits },
      reason: row.auto_topup_invoicing ? 'PURCHASED_CREDIT_INVOICED' : 'PURCHASED_CREDIT_DIRECT',
      amount: costOfCredits(credits, readDecimal(row.topup_conversion_rate), row.currency),
      terms: { priority: null, effectiveAt: null, expiresAt: null, isPurchased: true },
      key: { origin: 'auto_topup', value: `${row.id}:${dueAt.toISOString()}` },
      description: 'Automatic top-up',
    } as const
    return [{ wallet: row, credit }]
  })
}

/** Until a balance falls again, or what was bought by invoice is settled, none of them is to be topped up. */
export async function finishTopUps(
  { db, scope }: Scoped,
  walletIds: readonly string[],
  now: Date,
): Promise<void> {
  if (walletIds.length === 0) return
  await db
    .updateTable('wallets')
    .set({ topup_due_at: null, topped_up_at: now, ...change(scope, now) })
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`id = any (${walletIds}::text[])`)
    .execute()
}
