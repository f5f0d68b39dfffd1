import { assert } from '@flexprice/domain'
import { type Decimal, readDecimal, sumDecimals, zero } from '@flexprice/domain/money'
import { moneyOfCredits, returnCredits, type SpentCredit, type Wallet } from '@flexprice/domain/wallet'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { endCredits } from './end-credits.ts'
import { type HeldWallet, holdWallets } from './held-wallets.ts'
import { type LedgerEntry, writeLedger } from './ledger.ts'

/**
 * Gives back the credits that paid an invoice, which the caller holds and voids (billing rules, section 11): to the
 * credits that they came from, or as long as was left of them when they were spent. What comes back to a wallet that
 * was closed meanwhile goes the way of what it had then. Nothing comes back twice.
 */
export async function returnInvoiceCredits(scoped: Scoped, invoiceId: string, now: Date): Promise<void> {
  assert(scoped.db.isTransaction, 'credits come back in the transaction that voids')
  const walletIds = await findPayingWallets(scoped, invoiceId)
  if (walletIds.length === 0) return
  const wallets = await holdWallets(scoped, walletIds)
  const spentOf = Map.groupBy(await readSpent(scoped, invoiceId), ({ walletId }) => walletId)
  const bookings = wallets.map((held) => {
    const spent = spentOf.get(held.row.id) ?? []
    const back = returnEntries(held, spent, { invoiceId, now })
    const rest =
      held.row.wallet_status === 'closed'
        ? endCredits(held, afterReturn(held, back).values(), 'WALLET_TERMINATION')
        : []
    return { held, entries: [...back, ...rest] }
  })
  await writeLedger(scoped, bookings, now)
}

async function findPayingWallets({ db, scope }: Scoped, invoiceId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('wallet_transactions')
    .select('wallet_id')
    .distinct()
    .where('environment_id', '=', scope.environmentId)
    .where('reference_id', '=', invoiceId)
    .where('reference_type', '=', 'INVOICE')
    .where('transaction_reason', '=', 'INVOICE_PAYMENT')
    .execute()
  return rows.map(({ wallet_id }) => wallet_id)
}

interface SpentRow extends SpentCredit {
  readonly walletId: string
  readonly debitId: string
  readonly priority: number | null
  readonly isPurchased: boolean
  /** Of the whole debit, in money. */
  readonly amount: Decimal
}

/** In a statement behind the lock: what another one gave back is no more to give. */
async function readSpent({ db, scope }: Scoped, invoiceId: string): Promise<SpentRow[]> {
  const rows = await db
    .selectFrom('wallet_transactions as d')
    .innerJoin('wallet_consumptions as u', (join) =>
      join.onRef('u.environment_id', '=', 'd.environment_id').onRef('u.transaction_id', '=', 'd.id'),
    )
    .innerJoin('wallet_transactions as c', (join) =>
      join.onRef('c.environment_id', '=', 'd.environment_id').onRef('c.id', '=', 'u.credit_transaction_id'),
    )
    .select(['d.wallet_id', 'd.id', 'd.amount', 'd.created_at', 'u.credit_transaction_id'])
    .select([
      'c.expiry_date',
      'c.priority',
      'c.is_purchased',
      sql<string>`u.credits - u.credits_returned`.as('left'),
    ])
    .where('d.environment_id', '=', scope.environmentId)
    .where('d.reference_id', '=', invoiceId)
    .where('d.reference_type', '=', 'INVOICE')
    .where('d.transaction_reason', '=', 'INVOICE_PAYMENT')
    .orderBy('u.credit_transaction_id')
    .execute()
  return rows.map((row) => ({
    walletId: row.wallet_id,
    debitId: row.id,
    amount: readDecimal(row.amount),
    creditId: row.credit_transaction_id,
    credits: readDecimal(row.left),
    expiresAt: row.expiry_date,
    spentAt: row.created_at,
    ...{ priority: row.priority, isPurchased: row.is_purchased },
  }))
}

/** One row for what goes back to where it came from, and one for each credit that begins anew. */
function returnEntries(
  { wallet }: HeldWallet,
  spent: readonly SpentRow[],
  { invoiceId, now }: { invoiceId: string; now: Date },
): LedgerEntry[] {
  const { restored, renewed } = returnCredits(spent, now)
  const rows = [
    ...(restored.length === 0 ? [] : [{ breakdown: restored, expiresAt: undefined }]),
    ...renewed.map(({ expiresAt, ...used }) => ({ breakdown: [used], expiresAt })),
  ]
  const sums = rows.map(({ breakdown }) => sumDecimals(breakdown.map(({ credits }) => credits)))
  const amounts = shareMoney(spent[0]?.amount ?? zero, sums, wallet)
  return rows.map(({ breakdown, expiresAt }, index): LedgerEntry => {
    const from = spent.find(({ creditId }) => creditId === breakdown[0]?.creditId)
    assert(from, 'what comes back was spent')
    const returns = breakdown.map((used) => ({ ...used, debitId: from.debitId }))
    const entry = {
      id: newId('walletTransaction'),
      type: 'credit',
      reason: 'INVOICE_VOID_REFUND',
      ...{ credits: sums[index] ?? zero, amount: amounts[index] ?? zero, returns },
      reference: { reference_type: 'INVOICE', reference_id: invoiceId },
      key: { origin: 'invoice_void', value: `${from.debitId}:${index}` },
    } as const
    if (expiresAt === undefined) return { ...entry, breakdown }
    const { creditId: parentId, priority, isPurchased } = from
    return {
      ...entry,
      breakdown: [],
      parentId,
      terms: { priority, effectiveAt: null, expiresAt, isPurchased },
    }
  })
}

/** What a debit paid, over the rows that give it back: what each is worth, the last one what is left of it. */
function shareMoney(
  amount: Decimal,
  rows: readonly Decimal[],
  { conversionRate, currency }: Wallet,
): Decimal[] {
  let left = amount
  return rows.map((credits, index) => {
    const money = index === rows.length - 1 ? left : moneyOfCredits(credits, conversionRate, currency)
    left = left.minus(money)
    return money
  })
}

/** The wallet's credits once these are booked. */
function afterReturn(held: HeldWallet, entries: readonly LedgerEntry[]): HeldWallet['credits'] {
  const credits = new Map(held.credits)
  const add = (id: string, more: Decimal) => {
    const before = credits.get(id) ?? { ...newCredit, id }
    credits.set(id, { ...before, available: before.available.plus(more) })
  }
  for (const { id, breakdown, credits: sum } of entries) {
    for (const used of breakdown) add(used.creditId, used.credits)
    if (breakdown.length === 0) add(id, sum)
  }
  return credits
}

const newCredit = { available: zero, priority: null, effectiveAt: null, expiresAt: null, isPurchased: false }
