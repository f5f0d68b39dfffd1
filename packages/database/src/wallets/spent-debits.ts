import { readDecimal } from '@flexprice/domain/money'
import type { SpentDebit, UsedByDebit } from '@flexprice/domain/wallet'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { LedgerEntry } from './ledger.ts'

/** A debit of a wallet that is held, with the credits that it took and what of them has come back. */
export interface HeldDebit extends SpentDebit {
  readonly id: string
  readonly walletId: string
  readonly used: readonly HeldUse[]
}

export interface HeldUse extends UsedByDebit {
  readonly isPurchased: boolean
}

/** In a statement behind the wallets' locks: what another one gave back is no more to give. */
export async function readSpentDebits(
  { db, scope }: Scoped,
  ids: readonly string[],
): Promise<ReadonlyMap<string, HeldDebit>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .selectFrom('wallet_transactions as d')
    .innerJoin('wallet_consumptions as u', (join) =>
      join.onRef('u.environment_id', '=', 'd.environment_id').onRef('u.transaction_id', '=', 'd.id'),
    )
    .innerJoin('wallet_transactions as c', (join) =>
      join.onRef('c.environment_id', '=', 'd.environment_id').onRef('c.id', '=', 'u.credit_transaction_id'),
    )
    .select(['d.id', 'd.wallet_id', 'd.amount', 'd.amount_returned', 'd.created_at'])
    .select(['u.credit_transaction_id', 'u.credits', 'c.expiry_date', 'c.priority', 'c.is_purchased'])
    .select(sql<string>`u.credits - u.credits_returned`.as('left'))
    .where('d.environment_id', '=', scope.environmentId)
    .where(sql<boolean>`d.id = any (${ids}::text[])`)
    .orderBy('d.id')
    .orderBy('u.credit_transaction_id')
    .execute()
  return new Map(
    [...Map.groupBy(rows, ({ id }) => id)].map(([id, some]) => {
      const used = some.map((row) => ({
        creditId: row.credit_transaction_id,
        ...{ taken: readDecimal(row.credits), credits: readDecimal(row.left) },
        ...{ expiresAt: row.expiry_date, spentAt: row.created_at },
        ...{ priority: row.priority, isPurchased: row.is_purchased },
      }))
      const { wallet_id: walletId = '', amount = '0', amount_returned = '0' } = some[0] ?? {}
      return [id, { id, walletId, amount: readDecimal(amount), returned: readDecimal(amount_returned), used }]
    }),
  )
}

/** The debits that paid for an invoice's closing, or a payment, in the order in which they paid. */
export async function listDebitsOf(
  { db, scope }: Scoped,
  { reference_type, reference_id }: LedgerEntry['reference'],
): Promise<readonly { readonly id: string; readonly walletId: string }[]> {
  const rows = await db
    .selectFrom('wallet_transactions')
    .select(['id', 'wallet_id'])
    .where('environment_id', '=', scope.environmentId)
    .where('reference_id', '=', reference_id)
    .where('reference_type', '=', reference_type)
    .where('transaction_reason', '=', 'INVOICE_PAYMENT')
    .orderBy('id')
    .execute()
  return rows.map(({ id, wallet_id }) => ({ id, walletId: wallet_id }))
}
