import { assert, notFound } from '@flexprice/domain'
import { equalDecimals, readDecimal, sumDecimals } from '@flexprice/domain/money'
import type { Credit, Wallet } from '@flexprice/domain/wallet'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { WalletCreditTable, WalletTable } from '../tables/wallet-tables.ts'

/** A wallet that the transaction holds, with what is left of its credits: nobody else writes it until the end. */
export interface HeldWallet {
  readonly row: Selectable<WalletTable>
  readonly wallet: Wallet
  readonly credits: ReadonlyMap<string, HeldCredit>
}

export interface HeldCredit extends Credit {
  readonly isPurchased: boolean
}

/** Holds one wallet, open or not. @throws not_found */
export async function holdWallet(scoped: Scoped, id: string): Promise<HeldWallet> {
  const [held] = await holdWallets(scoped, [id])
  if (!held) throw notFound('Wallet', id)
  return held
}

/** Holds wallets in the order of their ids, in which everybody holds them; what does not exist is left out. */
export async function holdWallets(scoped: Scoped, ids: readonly string[]): Promise<HeldWallet[]> {
  assert(scoped.db.isTransaction, 'wallets are held in a transaction')
  if (ids.length === 0) return []
  const rows = await selectWallets(scoped)
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return withCredits(scoped, rows)
}

/** Holds all wallets of customers, open or not, in the one order. */
export async function holdCustomerWallets(
  scoped: Scoped,
  customerIds: readonly string[],
): Promise<HeldWallet[]> {
  assert(scoped.db.isTransaction, 'wallets are held in a transaction')
  const rows = await selectWallets(scoped)
    .where(sql<boolean>`customer_id = any (${[...new Set(customerIds)]}::text[])`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return withCredits(scoped, rows)
}

/** Holds the wallets that can pay for customers: one statement where there are none. */
export async function holdPayingWallets(
  scoped: Scoped,
  customerIds: readonly string[],
): Promise<HeldWallet[]> {
  assert(scoped.db.isTransaction, 'wallets are held in a transaction')
  if (customerIds.length === 0) return []
  const rows = await selectWallets(scoped)
    .where(sql<boolean>`customer_id = any (${[...new Set(customerIds)]}::text[])`)
    .where('wallet_status', '=', 'active')
    .where(sql<boolean>`credit_balance > 0`)
    .orderBy('id')
    .forUpdate()
    .execute()
  return withCredits(scoped, rows)
}

function selectWallets({ db, scope }: Scoped) {
  return db.selectFrom('wallets').selectAll().where('environment_id', '=', scope.environmentId)
}

/** In a statement of its own, behind the lock: one that waits for it sees credits as they were before. */
async function withCredits(
  { db, scope }: Scoped,
  rows: readonly Selectable<WalletTable>[],
): Promise<HeldWallet[]> {
  if (rows.length === 0) return []
  const credits = await db
    .selectFrom('wallet_credits')
    .select([
      'id',
      'wallet_id',
      'credits_available',
      'priority',
      'effective_date',
      'expiry_date',
      'is_purchased',
    ])
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`wallet_id = any (${rows.map(({ id }) => id)}::text[])`)
    .execute()
  const creditsOf = Map.groupBy(credits, ({ wallet_id }) => wallet_id)
  return rows.map((row) => heldWallet(row, creditsOf.get(row.id) ?? []))
}

type CreditRow = Pick<
  Selectable<WalletCreditTable>,
  'id' | 'credits_available' | 'priority' | 'effective_date' | 'expiry_date' | 'is_purchased'
>

function heldWallet(row: Selectable<WalletTable>, rows: readonly CreditRow[]): HeldWallet {
  const credits = rows.map(creditOf)
  const available = sumDecimals(credits.map((credit) => credit.available))
  const isWhole = equalDecimals(available, readDecimal(row.credit_balance))
  assert(isWhole, `the balance of ${row.id} is what is available`)
  return {
    row,
    wallet: walletOf(row, credits),
    credits: new Map(credits.map((credit) => [credit.id, credit])),
  }
}

function creditOf(row: CreditRow): HeldCredit {
  return {
    id: row.id,
    available: readDecimal(row.credits_available),
    priority: row.priority,
    effectiveAt: row.effective_date,
    expiresAt: row.expiry_date,
    isPurchased: row.is_purchased,
  }
}

type WalletTerms = Pick<
  Selectable<WalletTable>,
  'id' | 'customer_id' | 'currency' | 'conversion_rate' | 'allowed_price_types'
>

function walletOf(row: WalletTerms, credits: readonly Credit[]): Wallet {
  return {
    id: row.id,
    customerId: row.customer_id,
    currency: row.currency,
    conversionRate: readDecimal(row.conversion_rate),
    allowedPriceTypes: row.allowed_price_types,
    credits,
  }
}

/** A customer's wallets as they could pay now, of one moment: nothing is held. */
export async function readPayingWallets({ db, scope }: Scoped, customerId: string): Promise<Wallet[]> {
  const rows = await db
    .selectFrom('wallets as w')
    .innerJoin('wallet_credits as c', (join) =>
      join.onRef('c.environment_id', '=', 'w.environment_id').onRef('c.wallet_id', '=', 'w.id'),
    )
    .select(['w.customer_id', 'w.currency', 'w.conversion_rate', 'w.allowed_price_types', 'c.wallet_id'])
    .select([
      'c.id',
      'c.credits_available',
      'c.priority',
      'c.effective_date',
      'c.expiry_date',
      'c.is_purchased',
    ])
    .where('w.environment_id', '=', scope.environmentId)
    .where('w.customer_id', '=', customerId)
    .where('w.wallet_status', '=', 'active')
    .execute()
  return [...Map.groupBy(rows, ({ wallet_id }) => wallet_id)].flatMap(([id, some]) => {
    const [terms] = some
    return terms ? [walletOf({ ...terms, id }, some.map(creditOf))] : []
  })
}
