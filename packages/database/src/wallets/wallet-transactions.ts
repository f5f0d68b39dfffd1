import { notFound } from '@flexprice/domain'
import { isNegative, readDecimal } from '@flexprice/domain/money'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { allOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { WalletLedgerView } from '../tables/wallet-tables.ts'

export type WalletTransactionRow = Selectable<WalletLedgerView>

export interface WalletTransactionSearch extends Search {
  readonly id?: string | undefined
  readonly wallet_id?: string | undefined
  readonly type?: WalletTransactionRow['type'] | undefined
  readonly transaction_status?: WalletTransactionRow['transaction_status'] | undefined
  readonly transaction_reason?: WalletTransactionRow['transaction_reason'] | undefined
  readonly reference_type?: string | undefined
  readonly reference_id?: string | undefined
  readonly created_by?: string | undefined
  readonly priority?: number | undefined
  /** A decimal string. */
  readonly credits_available_gt?: string | undefined
  readonly expiry_date_after?: Date | undefined
  readonly expiry_date_before?: Date | undefined
}

/** @throws not_found */
export async function getWalletTransaction(scoped: Scoped, id: string): Promise<WalletTransactionRow> {
  const row = await scoped.db
    .selectFrom('wallet_ledger')
    .selectAll()
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('Wallet transaction', id)
  return row
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchWalletTransactions(
  scoped: Scoped,
  search: WalletTransactionSearch,
): Promise<SearchPage<WalletTransactionRow>> {
  const {
    priority,
    credits_available_gt: more,
    expiry_date_after: after,
    expiry_date_before: before,
  } = search
  const query = allOf(scoped.db.selectFrom('wallet_ledger').selectAll(), [
    equal('id', search.id),
    equal('wallet_id', search.wallet_id),
    equal('type', search.type),
    equal('transaction_status', search.transaction_status),
    equal('transaction_reason', search.transaction_reason),
    equal('reference_type', search.reference_type),
    equal('reference_id', search.reference_id),
    equal('created_by', search.created_by),
    priority === undefined ? undefined : sql<boolean>`priority = ${priority}::integer`,
    more === undefined ? undefined : hasMoreLeft(scoped, more),
    after && sql<boolean>`expiry_date > ${after}`,
    before && sql<boolean>`expiry_date < ${before}`,
  ])
  return searchPage(query, search, walletTransactionFields)
}

/** By the open credits' ids, whatever statistics make of a join. */
function hasMoreLeft({ scope }: Scoped, credits: string): RawBuilder<boolean> | undefined {
  if (isNegative(readDecimal(credits))) return undefined
  return sql`id = any (array(select c.id from wallet_credits c
    where c.environment_id = ${scope.environmentId} and c.credits_available > ${credits}::numeric))`
}

export const walletTransactionFields = searchFields<keyof WalletLedgerView>({
  text: [
    'id',
    'wallet_id',
    'customer_id',
    'type',
    'transaction_status',
    'transaction_reason',
    'reference_type',
    'reference_id',
    'parent_transaction_id',
    'idempotency_key',
    'currency',
    'status',
    'created_by',
    'updated_by',
  ],
  number: ['credit_amount', 'amount', 'credits_available', 'priority', 'position'],
  instant: ['expiry_date', 'effective_date', 'created_at', 'updated_at'],
})

/** So much of one credit, as a decimal string. */
export interface Consumption {
  readonly credit_transaction_id: string
  readonly credits: string
}

/** Which credits each of the transactions took from or gave back to; nothing for those that are of no others. */
export async function listConsumptions(
  { db, scope }: Scoped,
  transactionIds: readonly string[],
): Promise<ReadonlyMap<string, readonly Consumption[]>> {
  if (transactionIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('wallet_consumptions')
    .select(['transaction_id', 'credit_transaction_id', 'credits'])
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`transaction_id = any (${transactionIds}::text[])`)
    .orderBy('credit_transaction_id')
    .execute()
  return Map.groupBy(rows, ({ transaction_id }) => transaction_id)
}
