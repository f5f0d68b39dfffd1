import { assert, CodedError, invalid, keyReused } from '@flexprice/domain'
import { isPositive, isStorable, readDecimal, sumDecimals } from '@flexprice/domain/money'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import type { WalletTransactionTable } from '../tables/wallet-tables.ts'
import { type HeldWallet, holdWallets } from './held-wallets.ts'
import { type LedgerEntry, writeLedger } from './ledger.ts'

/** A credit that is to come into a wallet, under a key of who books it. */
export interface NewCredit
  extends Required<Pick<LedgerEntry, 'terms'>>,
    Pick<
      LedgerEntry,
      'reason' | 'credits' | 'amount' | 'reference' | 'key' | 'description' | 'metadata' | 'isPending'
    > {
  readonly walletId: string
  /** What its end is called by whoever asked for it. */
  readonly expiryField?: string
  /** Of what fell due before it is booked: it may have ended meanwhile, as what it pays waits for it. */
  readonly dueAt?: Date
  /** The place in the same list of the credit that it comes with, as a bonus does. */
  readonly parent?: number
}

export interface BookedCredit {
  readonly id: string
  /** It was there: the key has been booked before. */
  readonly replayed: boolean
}

/**
 * The one way for credits to come in: top-ups, what a wallet begins with, and what others grant. In the caller's
 * transaction, which may be about any number of wallets: a fixed number of statements. Idempotent by origin and key.
 *
 * @returns for each, in the order given, its transaction
 * @throws not_found; invalid_operation for a wallet that is not active; key_reused when a key was used for another
 *   wallet or request; validation_error for more credits than can be kept, or one that ends before it can be spent
 */
export async function bookCredits(
  scoped: Scoped,
  credits: readonly NewCredit[],
  now: Date,
): Promise<BookedCredit[]> {
  assert(scoped.db.isTransaction, 'credits are booked in a transaction')
  if (credits.length === 0) return []
  const held = await holdWallets(scoped, [...new Set(credits.map(({ walletId }) => walletId))])
  const heldOf = new Map(held.map((one) => [one.row.id, one]))
  // Behind the locks: of two that come with one key the second finds what the first has booked.
  const found = await findBooked(scoped, credits)
  const booked = credits.map((credit): BookedCredit => {
    const earlier = found.get(keyOf(credit.key))
    if (!earlier) return { id: newId('walletTransaction'), replayed: false }
    const isSame =
      earlier.wallet_id === credit.walletId && earlier.request_hash === (credit.key.requestHash ?? '')
    if (!isSame) throw keyReused(credit.key.field ?? 'idempotency_key')
    return { id: earlier.id, replayed: true }
  })
  const entriesOf = Map.groupBy(
    credits.flatMap((credit, index) => (booked[index]?.replayed ? [] : [{ credit, index }])),
    ({ credit }) => credit.walletId,
  )
  const bookings = [...entriesOf].map(([walletId, some]) => {
    const wallet = heldOf.get(walletId)
    if (!wallet)
      throw new CodedError('not_found', `Wallet ${walletId} does not exist`, { details: { id: walletId } })
    refuseClosed(wallet)
    for (const { credit } of some) refuseUnusable(credit, now)
    const entries = some.map(({ credit, index }) => entryOf(credit, { booked, index }))
    refuseTooMany(wallet, entries)
    return { held: wallet, entries }
  })
  await writeLedger(scoped, bookings, now)
  return booked
}

/** @throws invalid_operation for a wallet that is not active */
export function refuseClosed({ row }: HeldWallet): void {
  if (row.wallet_status === 'active') return
  const { id, wallet_status } = row
  throw new CodedError('invalid_operation', `Wallet ${id} is ${wallet_status}`, {
    details: { wallet_status },
  })
}

function entryOf(
  { walletId: _, expiryField: __, dueAt: ___, parent, ...credit }: NewCredit,
  { booked, index }: { booked: readonly BookedCredit[]; index: number },
): LedgerEntry {
  const id = booked[index]?.id
  const parentId = parent === undefined ? undefined : booked[parent]?.id
  assert(id, 'each credit has an id')
  return { ...credit, id, type: 'credit', breakdown: [], ...(parentId === undefined ? {} : { parentId }) }
}

function refuseUnusable({ terms, expiryField = '', dueAt }: NewCredit, now: Date): void {
  const { expiresAt, effectiveAt } = terms
  const at = dueAt ?? now
  const from = effectiveAt !== null && effectiveAt > at ? effectiveAt : at
  if (expiresAt === null || expiresAt > from) return
  const message = `must be after ${from.toISOString()}, from when on the credits can be spent`
  throw invalid([{ path: expiryField, message }])
}

/** Of what a wallet has, neither the credits nor the money that they are worth or have cost outgrow what is stored. */
function refuseTooMany({ row, wallet }: HeldWallet, entries: readonly LedgerEntry[]): void {
  assert(
    entries.every(({ credits }) => isPositive(credits)),
    'something is booked',
  )
  const balance = sumDecimals([readDecimal(row.credit_balance), ...entries.map(({ credits }) => credits)])
  const money = [wallet.conversionRate, readDecimal(row.topup_conversion_rate)].map((rate) =>
    balance.times(rate).round(0),
  )
  if ([balance, ...money].every(isStorable)) return
  throw invalid([{ path: '', message: 'the wallet would hold credits of more than 20 digits' }])
}

type Booked = Pick<
  Selectable<WalletTransactionTable>,
  'id' | 'wallet_id' | 'origin' | 'idempotency_key' | 'request_hash'
>

async function findBooked(
  { db, scope }: Scoped,
  credits: readonly NewCredit[],
): Promise<ReadonlyMap<string, Booked>> {
  const { rows } = await sql<Booked>`
    select t.id, t.wallet_id, t.origin, t.idempotency_key, t.request_hash
    from unnest(${credits.map(({ key }) => key.origin)}::text[], ${credits.map(({ key }) => key.value)}::text[])
      as wanted (origin, value)
    cross join lateral (
      select * from wallet_transactions
      where environment_id = ${scope.environmentId} and origin = wanted.origin and idempotency_key = wanted.value
      offset 0) t`.execute(db)
  return new Map(rows.map((row) => [keyOf({ origin: row.origin, value: row.idempotency_key }), row]))
}

function keyOf({ origin, value }: Pick<NewCredit['key'], 'origin' | 'value'>): string {
  return `${origin} ${value}`
}
