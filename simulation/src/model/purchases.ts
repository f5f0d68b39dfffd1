import type { BuyCredits, TopUpByItself } from '../lives/money-step.ts'
import { type Bill, newBill, remainsOf, totalOf } from './bill-money.ts'
import type { Ratio } from './ratio.ts'
import * as exact from './ratio.ts'
import { balanceOf, type Credit, cut, roundedUp, type Wallet } from './wallets.ts'

/** Credits that an invoice buys (billing rules, section 11): they are in their wallet from the beginning, and empty until it is paid. */
export interface Purchase {
  readonly wallet: Wallet
  readonly bill: Bill
  /** A wallet has bought them for itself. */
  readonly isByItself: boolean
  readonly credits: readonly { readonly credit: Credit; readonly amount: Ratio }[]
  status: 'WAITING' | 'PAID' | 'VOIDED'
}

/** @returns undefined for what costs nothing */
export function buy(
  wallet: Wallet,
  step: Pick<BuyCredits, 'credits' | 'bonus' | 'priority' | 'effective' | 'expires'>,
  isByItself: boolean,
): Purchase | undefined {
  const { priority, effective = null, expires = null } = step
  const cents = costOf(wallet, step.credits)
  if (cents === 0n) return undefined
  const bought = [step.credits, step.bonus].flatMap((text) => {
    const credit = { available: exact.nothing, priority, effective, expires }
    return text === null ? [] : [{ credit, amount: exact.fromText(text) }]
  })
  wallet.credits.push(...bought.map(({ credit }) => credit))
  // No price's, it counts as FIXED.
  const bill = newBill([{ type: 'FIXED', cents, isCut: false }])
  return { wallet, bill, isByItself, credits: bought, status: 'WAITING' }
}

/** Rounded to the currency; a credit costs what it is worth. */
function costOf({ rate }: Wallet, credits: string): bigint {
  return exact.round(exact.times(exact.times(exact.fromText(credits), rate), exact.whole(100)))
}

/** Paid wholly, its credits are there. */
export function completePaid(purchases: readonly Purchase[], now: number): void {
  for (const purchase of purchases) {
    if (purchase.status !== 'WAITING' || remainsOf(purchase.bill) > 0n) continue
    purchase.status = 'PAID'
    for (const { credit, amount } of purchase.credits) credit.available = amount
    decideTopUp(purchase.wallet, purchases, now)
  }
}

/**
 * What of a purchase can be money again (billing rules, section 12): what the credits have cost that are not spent, in whole
 * cents.
 */
export function unspentCentsOf({ bill, credits }: Purchase): bigint {
  const [bought] = credits
  if (!bought) return 0n
  const cost = exact.ratio(totalOf(bill), 1n)
  const gone = roundedUp(shareOf(bought.amount, bill, bill.refunded))
  const left = exact.over(exact.times(exact.plus(bought.credit.available, gone), cost), bought.amount)
  return exact.floor(left) - bill.refunded
}

/** The credits go that money is given back for, and their share of the bonus, as far as it is there. */
export function takeBought({ bill, credits, wallet }: Purchase, cents: bigint): void {
  for (const [place, { credit, amount }] of credits.entries()) {
    const rounded = place === 0 ? roundedUp : cut
    const share = (refunded: bigint) => rounded(shareOf(amount, bill, refunded))
    const taken = exact.minus(share(bill.refunded + cents), share(bill.refunded))
    credit.available = exact.minus(credit.available, exact.smaller(credit.available, taken))
  }
  wallet.byItself.hasFallen = true
}

function shareOf(amount: Ratio, bill: Bill, cents: bigint): Ratio {
  return exact.times(amount, exact.ratio(cents, totalOf(bill)))
}

/** @returns false for what is not open, or would buy nothing */
export function setTopUp(
  wallet: Wallet,
  { terms, at }: TopUpByItself,
  purchases: readonly Purchase[],
): boolean {
  if (!wallet.isOpen) return false
  const { byItself } = wallet
  if (terms?.isInvoiced && costOf(wallet, terms.credits) === 0n) return false
  // By the new terms, whatever was due by the old ones.
  byItself.dueAt = null
  byItself.terms = terms
  if (terms?.cooldownHours) byItself.cooldownMs = terms.cooldownHours * 3_600_000
  decideTopUp(wallet, purchases, at)
  return true
}

/** A fall makes a top-up due; whatever comes may make one needless. */
export function decideTopUps(wallets: readonly Wallet[], purchases: readonly Purchase[], now: number): void {
  for (const wallet of wallets) {
    const { byItself } = wallet
    if (byItself.hasFallen || byItself.dueAt !== null) decideTopUp(wallet, purchases, now)
    byItself.hasFallen = false
  }
}

function decideTopUp(wallet: Wallet, purchases: readonly Purchase[], now: number): void {
  const { byItself, isOpen } = wallet
  const { terms, lastAt, cooldownMs } = byItself
  const waits = purchases.some((one) => one.wallet === wallet && one.isByItself && one.status === 'WAITING')
  const isLow = terms !== null && exact.compare(balanceOf(wallet), exact.fromText(terms.threshold)) < 0
  if (!isOpen || waits || !isLow) byItself.dueAt = null
  else byItself.dueAt ??= lastAt === null ? now : Math.max(now, lastAt + cooldownMs)
}

/** Tops up what is due: at once, or by an invoice that is paid first. Too few are not followed by more. */
export function topUpDue(wallets: readonly Wallet[], purchases: Purchase[], now: number): void {
  for (const wallet of wallets) {
    const { byItself } = wallet
    const { terms, dueAt } = byItself
    if (terms === null || dueAt === null || dueAt > now) continue
    byItself.dueAt = null
    byItself.lastAt = now
    const { credits, isInvoiced } = terms
    if (isInvoiced) {
      const bought = buy(wallet, { credits, bonus: null, priority: null }, true)
      if (bought) purchases.push(bought)
    } else {
      const of = { priority: null, effective: null, expires: null }
      wallet.credits.push({ available: exact.fromText(credits), ...of })
    }
  }
}
