import type { PriceTypes, TopUpTerms } from '../lives/money-step.ts'
import { type Bill, dueOf, payLines } from './bill-money.ts'
import type { Ratio } from './ratio.ts'
import * as exact from './ratio.ts'

/** A customer's wallet (billing rules, section 11). */
export interface Wallet {
  /** The money that a credit is worth. */
  readonly rate: Ratio
  readonly types: PriceTypes
  /** In the order in which they came. */
  readonly credits: Credit[]
  isOpen: boolean
  readonly byItself: ByItself
}

/** How a wallet is topped up by itself. */
export interface ByItself {
  terms: Omit<TopUpTerms, 'cooldownHours'> | null
  cooldownMs: number
  /** Null: it is not to be topped up now. */
  dueAt: number | null
  lastAt: number | null
  /** The balance has fallen since somebody looked. */
  hasFallen: boolean
}

export interface Credit {
  available: Ratio
  readonly priority: number | null
  readonly effective: number | null
  readonly expires: number | null
}

/** What one wallet has paid of an invoice. */
export interface Debit {
  readonly wallet: Wallet
  readonly cents: bigint
  /** What of it came back. */
  returned: bigint
  /** In the order in which they were spent. */
  readonly used: readonly Used[]
  readonly at: number
}

interface Used {
  readonly credit: Credit
  readonly taken: Ratio
  /** What of it has not come back. */
  left: Ratio
}

export function newWallet(rate: Ratio, types: PriceTypes): Wallet {
  const byItself = { terms: null, cooldownMs: 0, dueAt: null, lastAt: null, hasFallen: false }
  return { rate, types, credits: [], isOpen: true, byItself }
}

/** The open one of a rate and kinds of prices: there is one at most. */
export function findWallet(wallets: readonly Wallet[], rate: Ratio, types: PriceTypes): Wallet | undefined {
  return wallets.find((one) => one.isOpen && one.types === types && exact.compare(one.rate, rate) === 0)
}

/** Pays a bill from wallets as it is closed; tells what each has paid. */
export function payFrom(
  wallets: readonly Wallet[],
  bill: Bill,
  when: { readonly periodEnd: number | null; readonly now: number },
): Debit[] {
  return inOrder(wallets).flatMap((wallet) => {
    const usable = usableOf(wallet, when)
    const cents = lesser(worthOf(wallet, usable), payableBy(wallet, bill))
    if (cents <= 0n) return []
    bill.credits += cents
    payLines(bill, wallet.types, cents)
    return [spend(wallet, usable, { cents, at: when.now })]
  })
}

/**
 * Pays so much of a bill from the wallets, in their order: all of it or nothing.
 *
 * @returns undefined where they have not as much
 */
export function payAllFrom(
  wallets: readonly Wallet[],
  bill: Bill,
  { cents, now }: { cents: bigint; now: number },
): Debit[] | undefined {
  let rest = cents
  const parts = inOrder(wallets).flatMap((wallet) => {
    const usable = usableOf(wallet, { periodEnd: null, now })
    const most = lesser(worthOf(wallet, usable), wallet.types === 'ALL' ? rest : payableBy(wallet, bill))
    const cents = lesser(most, rest)
    rest -= cents
    return cents > 0n ? [{ wallet, usable, cents }] : []
  })
  if (rest > 0n) return undefined
  return parts.map((part) => {
    payLines(bill, part.wallet.types, part.cents)
    return spend(part.wallet, part.usable, { cents: part.cents, at: now })
  })
}

/** Those of one kind of prices first, then the oldest. */
function inOrder(wallets: readonly Wallet[]): Wallet[] {
  const open = wallets.filter(({ isOpen }) => isOpen)
  return [...open.filter(({ types }) => types !== 'ALL'), ...open.filter(({ types }) => types === 'ALL')]
}

function payableBy({ types }: Wallet, bill: Bill): bigint {
  return types === 'ALL' ? dueOf(bill) : (bill.unpaid?.get(types) ?? 0n)
}

/** Whether a wallet of one kind of prices has something. */
export function hasNarrow(wallets: readonly Wallet[]): boolean {
  return wallets.some((one) => one.isOpen && one.types !== 'ALL' && balanceOf(one).over > 0n)
}

function usableOf({ credits }: Wallet, when: Parameters<typeof isUsable>[1]): Credit[] {
  return credits.filter((credit) => isUsable(credit, when)).sort(byTurn)
}

/** In cents, cut. */
function worthOf({ rate }: Wallet, credits: readonly Credit[]): bigint {
  const available = exact.sum(credits.map((credit) => credit.available))
  return exact.floor(exact.times(exact.times(available, rate), exact.whole(100)))
}

function spend(
  wallet: Wallet,
  usable: readonly Credit[],
  { cents, at }: { cents: bigint; at: number },
): Debit {
  const available = exact.sum(usable.map((credit) => credit.available))
  const price = exact.over(exact.ratio(cents, 100n), wallet.rate)
  const used = take(usable, exact.smaller(roundedUp(price), available))
  wallet.byItself.hasFallen = true
  return { wallet, cents, returned: 0n, used, at }
}

/**
 * Gives back part of what a wallet paid, or all that is left of it: its share of the credits, cut, so that all parts give
 * back exactly all; what was spent last first. Credits whose end has passed begin anew, for as long as was left of them.
 */
export function giveBack(debit: Debit, cents: bigint, now: number): void {
  const { wallet, used, at } = debit
  debit.returned += cents
  const taken = exact.sum(used.map((one) => one.taken))
  const left = exact.sum(used.map((one) => one.left))
  const isAll = debit.returned === debit.cents
  const share = cut(exact.times(taken, exact.ratio(debit.returned, debit.cents)))
  let rest = isAll ? left : exact.minus(share, exact.minus(taken, left))
  for (const one of [...used].reverse()) {
    const some = exact.smaller(one.left, rest)
    if (exact.compare(some, exact.nothing) <= 0) continue
    rest = exact.minus(rest, some)
    one.left = exact.minus(one.left, some)
    const { expires, priority } = one.credit
    if (expires !== null && expires <= now) {
      const end = now + Math.max(0, expires - at)
      wallet.credits.push({ available: some, priority, effective: null, expires: end })
    } else one.credit.available = exact.plus(one.credit.available, some)
  }
  if (!wallet.isOpen) empty(wallet)
}

/** What a wallet had is gone with its end. */
export function empty({ credits, byItself }: Pick<Wallet, 'credits' | 'byItself'>): void {
  byItself.hasFallen = true
  for (const credit of credits) credit.available = exact.nothing
}

export function balanceOf({ credits }: Wallet): Ratio {
  // Most of a long life's are used up.
  return exact.sum(credits.flatMap(({ available }) => (available.over === 0n ? [] : [available])))
}

/** Credits have eight digits after the point. */
const parts = exact.whole(100_000_000)

export function roundedCredits(credits: Ratio): Ratio {
  return exact.ratio(exact.round(exact.times(credits, parts)), parts.over)
}

export function lesser(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}

export function cut(credits: Ratio): Ratio {
  return exact.ratio(exact.floor(exact.times(credits, parts)), parts.over)
}

export function roundedUp(credits: Ratio): Ratio {
  const { over, under } = exact.times(credits, parts)
  return exact.ratio(-exact.floor({ over: -over, under }), parts.over)
}

/** There by then, and not ended at the earlier of the period's end and now; what ends with a period pays for it. */
function isUsable(
  { available, effective, expires }: Credit,
  { periodEnd, now }: { periodEnd: number | null; now: number },
): boolean {
  if (exact.compare(available, exact.nothing) <= 0) return false
  if (effective !== null && effective > now) return false
  if (expires === null) return true
  return periodEnd !== null && periodEnd <= now ? expires >= periodEnd : expires > now
}

/** The lowest priority first, none is last; then what ends first; else as they came, which sorting keeps. */
function byTurn(left: Credit, right: Credit): number {
  const [one, other] = [left.priority ?? Infinity, right.priority ?? Infinity]
  if (one !== other) return one - other
  const [end, otherEnd] = [left.expires ?? Infinity, right.expires ?? Infinity]
  return end === otherEnd ? 0 : end - otherEnd
}

function take(from: readonly Credit[], credits: Ratio): Used[] {
  let rest = credits
  return from.flatMap((credit): Used[] => {
    const taken = exact.smaller(credit.available, rest)
    if (exact.compare(taken, exact.nothing) <= 0) return []
    rest = exact.minus(rest, taken)
    credit.available = exact.minus(credit.available, taken)
    return [{ credit, taken, left: taken }]
  })
}
