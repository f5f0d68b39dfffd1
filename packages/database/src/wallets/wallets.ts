import { invalid, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import { changesOf, recordAudit } from '../audit/audit-entries.ts'
import { inTransaction, type Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import { allOf, anyOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { Changes } from '../tables/row-types.ts'
import type { WalletStatus, WalletTable } from '../tables/wallet-tables.ts'
import {
  type AskedAutoTopUp,
  type AutoTopUpTerms,
  autoTopUpTerms,
  refreshTopUpDue,
} from './auto-topup-terms.ts'
import { holdWallet } from './held-wallets.ts'

/** Decimals come as PostgreSQL keeps them, with all 18 digits after the point. */
export type WalletRow = Selectable<WalletTable>

export type NewWallet = Pick<
  WalletRow,
  | 'customer_id'
  | 'name'
  | 'description'
  | 'currency'
  | 'conversion_rate'
  | 'topup_conversion_rate'
  | 'allowed_price_types'
  | 'metadata'
> &
  Partial<AutoTopUpTerms>

export type WalletChanges = Changes<
  Pick<WalletRow, 'name' | 'description' | 'allowed_price_types' | 'metadata'>
> & { readonly auto_topup?: AskedAutoTopUp | undefined }

export interface WalletSearch extends Search {
  readonly wallet_ids?: readonly string[] | undefined
  readonly wallet_status?: WalletStatus | undefined
  readonly customer_id?: string | undefined
}

/**
 * Makes a wallet without credits, in the caller's transaction: its customer cannot be deleted meanwhile.
 *
 * @throws not_found for a customer; already_exists when the customer has an open one of the same currency, conversion
 *   rate and price types (billing rules, section 11)
 */
export async function insertWallet(scoped: Scoped, wallet: NewWallet, now: Date): Promise<WalletRow> {
  const customer = await scoped.db
    .selectFrom('customers')
    .select('id')
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', wallet.customer_id)
    .where('status', '=', 'published')
    .forKeyShare()
    .executeTakeFirst()
  if (!customer) throw notFound('Customer', wallet.customer_id)
  return await scoped.db
    .insertInto('wallets')
    .values({
      ...wallet,
      metadata: json(wallet.metadata),
      id: newId('wallet'),
      ...creation(scoped.scope, now),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws not_found */
export async function getWallet(scoped: Scoped, id: string): Promise<WalletRow> {
  const row = await scoped.db
    .selectFrom('wallets')
    .selectAll()
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('id', '=', id)
    .executeTakeFirst()
  if (!row) throw notFound('Wallet', id)
  return row
}

/**
 * Changes what may change of a wallet; its rates and its currency never do, as its credits were bought by them.
 *
 * @throws not_found; validation_error for a closed one's price types, or top-ups that buy nothing; already_exists as `insertWallet` does
 */
export function updateWallet(
  scoped: Scoped,
  id: string,
  { auto_topup: asked, ...changes }: WalletChanges,
  now: Date,
): Promise<WalletRow> {
  return inTransaction(scoped, async (transaction) => {
    const { row: before } = await holdWallet(transaction, id)
    if (before.wallet_status === 'closed' && changes.allowed_price_types !== undefined) {
      throw invalid([{ path: 'config', message: 'cannot change: the wallet is closed' }])
    }
    if (before.wallet_status === 'closed' && asked?.enabled) {
      throw invalid([{ path: 'auto_topup', message: 'cannot be enabled: the wallet is closed' }])
    }
    const terms = asked && { ...autoTopUpTerms(asked, before, before), topup_due_at: null }
    const after = await transaction.db
      .updateTable('wallets')
      .set({ ...changes, ...terms, metadata: json(changes.metadata), ...change(scoped.scope, now) })
      .where('environment_id', '=', scoped.scope.environmentId)
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirstOrThrow()
    if (terms) await refreshTopUpDue(transaction, id, now)
    const { allowed_price_types } = before
    await recordAudit(transaction, {
      ...{ entityType: 'wallet', entityId: id, now },
      changes: changesOf({ allowed_price_types }, { allowed_price_types: after.allowed_price_types }),
    })
    return after
  })
}

/** A customer's wallets, the oldest first; closed ones too. */
export function listCustomerWallets({ db, scope }: Scoped, customerId: string): Promise<WalletRow[]> {
  return db
    .selectFrom('wallets')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('customer_id', '=', customerId)
    .orderBy('id')
    .execute()
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchWallets(scoped: Scoped, search: WalletSearch): Promise<SearchPage<WalletRow>> {
  const query = allOf(scoped.db.selectFrom('wallets').selectAll(), [
    anyOf('id', search.wallet_ids),
    equal('wallet_status', search.wallet_status),
    equal('customer_id', search.customer_id),
  ])
  return searchPage(query, search, walletFields)
}

export const walletFields = searchFields<keyof WalletTable>({
  text: [
    'id',
    'customer_id',
    'name',
    'currency',
    'wallet_status',
    'wallet_type',
    'status',
    'created_by',
    'updated_by',
  ],
  number: ['credit_balance', 'conversion_rate', 'topup_conversion_rate'],
  instant: ['created_at', 'updated_at'],
})

/** Of what wallets have left, in credits: what was paid for, and what was given. Decimal strings. */
export interface CreditSplit {
  readonly purchased: string
  readonly free: string
}

export async function splitCredits(
  { db, scope }: Scoped,
  walletIds: readonly string[],
): Promise<ReadonlyMap<string, CreditSplit>> {
  if (walletIds.length === 0) return new Map()
  const { rows } = await sql<CreditSplit & { wallet_id: string }>`
    select wallet_id, coalesce(sum(credits_available) filter (where is_purchased), 0) as purchased,
      coalesce(sum(credits_available) filter (where not is_purchased), 0) as free
    from wallet_credits
    where environment_id = ${scope.environmentId} and wallet_id = any (${walletIds}::text[])
    group by wallet_id`.execute(db)
  return new Map(rows.map(({ wallet_id, purchased, free }) => [wallet_id, { purchased, free }]))
}
