import { assert } from '@flexprice/domain'
import { type Decimal, sumDecimals, zero } from '@flexprice/domain/money'
import { moneyOfCredits, returnCredits, returnPart, type Wallet } from '@flexprice/domain/wallet'
import { newId } from '../connection/ids.ts'
import { endCredits } from './end-credits.ts'
import type { HeldWallet } from './held-wallets.ts'
import type { LedgerEntry } from './ledger.ts'
import type { HeldDebit } from './spent-debits.ts'

/** Why credits come back, and under whose key. */
export interface ReturnTerms extends Pick<LedgerEntry, 'reason' | 'reference'> {
  readonly origin: string
  /** With the debit it is the key. */
  readonly keyHead: string
  readonly now: Date
}

/**
 * What gives back so much of a debit's money: one row for what goes back to where it came from, and one for each credit
 * that begins anew, as its end has passed meanwhile.
 */
export function returnEntries(
  { wallet }: HeldWallet,
  { debit, money }: { debit: HeldDebit; money: Decimal },
  { reason, reference, origin, keyHead, now }: ReturnTerms,
): LedgerEntry[] {
  const { restored, renewed } = returnCredits(returnPart(debit, money), now)
  const rows = [
    ...(restored.length === 0 ? [] : [{ used: restored, expiresAt: undefined }]),
    ...renewed.map(({ expiresAt, ...used }) => ({ used: [used], expiresAt })),
  ]
  const sums = rows.map(({ used }) => sumDecimals(used.map(({ credits }) => credits)))
  const amounts = shareMoney(money, sums, wallet)
  return rows.map(({ used, expiresAt }, index): LedgerEntry => {
    const from = debit.used.find(({ creditId }) => creditId === used[0]?.creditId)
    assert(from, 'what comes back was spent')
    const entry = {
      id: newId('walletTransaction'),
      type: 'credit',
      ...{ reason, reference },
      ...{ credits: sums[index] ?? zero, amount: amounts[index] ?? zero },
      returns: { debitId: debit.id, used },
      key: { origin, value: `${keyHead}${debit.id}:${index}` },
    } as const
    if (expiresAt === undefined) return { ...entry, breakdown: used }
    const { creditId: parentId, priority, isPurchased } = from
    return {
      ...entry,
      breakdown: [],
      parentId,
      terms: { priority, effectiveAt: null, expiresAt, isPurchased },
    }
  })
}

/** What comes to a wallet that was closed meanwhile goes the way of what it had then. */
export function endedWithWallet(held: HeldWallet, entries: readonly LedgerEntry[]): LedgerEntry[] {
  if (held.row.wallet_status !== 'closed') return []
  return endCredits(held, afterReturn(held, entries).values(), 'WALLET_TERMINATION')
}

/** What was given back, over the rows that do: what each is worth, the last one what is left of it. */
function shareMoney(
  amount: Decimal,
  rows: readonly Decimal[],
  { conversionRate, currency }: Wallet,
): Decimal[] {
  let left = amount
  return rows.map((credits, index) => {
    const worth = moneyOfCredits(credits, conversionRate, currency)
    const money = index === rows.length - 1 || left.lt(worth) ? left : worth
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
