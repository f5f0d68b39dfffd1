import { type Bill, payLines, remainsOf } from './bill-money.ts'
import { type Purchase, takeBought, unspentCentsOf } from './purchases.ts'
import { ratio } from './ratio.ts'
import { type Debit, findWallet, giveBack, hasNarrow, newWallet, payAllFrom, type Wallet } from './wallets.ts'

export interface Payment {
  readonly bill: Bill
  readonly cents: bigint
  /** Of one of credits: what wallets paid for it. */
  readonly debits: readonly Debit[]
  refunded: bigint
  isVoid: boolean
}

export interface Note {
  readonly bill: Bill
  readonly line: number
  readonly cents: bigint
  /** It gave back what had been paid. */
  readonly isRefund: boolean
  /** What it has lowered, and what had been paid of each by then. */
  readonly lowered: readonly { readonly bill: Bill; readonly cents: bigint; readonly paidBefore: bigint }[]
  isVoid: boolean
}

/**
 * @param cents null: all that remains
 * @param credits the wallets that pay, and when; null for money, which may be more than remains
 * @returns undefined where nothing remains, or credits have not as much
 */
export function pay(
  bill: Bill,
  cents: bigint | null,
  credits: { readonly wallets: readonly Wallet[]; readonly at: number } | null,
): Payment | undefined {
  const remains = remainsOf(bill)
  const amount = cents ?? remains
  if (remains === 0n) return undefined
  if (credits && (amount > remains || (bill.unpaid === null && hasNarrow(credits.wallets)))) return undefined
  const debits = credits ? payAllFrom(credits.wallets, bill, { cents: amount, now: credits.at }) : []
  if (!debits) return undefined
  const payment = { bill, cents: amount, debits, refunded: 0n, isVoid: false }
  bill.paid += payment.cents
  if (!credits) payLines(bill, 'ALL', payment.cents)
  return payment
}

/** @returns false where what it brought has gone elsewhere: back, or by notes to what is due of others */
export function takeBackPayment(payment: Payment, notes: readonly Note[], at: number): boolean {
  const { bill, cents } = payment
  if (payment.isVoid || payment.refunded > 0n) return false
  if (leftOf(bill, notes) < cents) return false
  payment.isVoid = true
  bill.paid -= cents
  bill.unpaid = null
  for (const debit of payment.debits) giveBack(debit, debit.cents, at)
  return true
}

/** What has come of an invoice, and by notes of others or netted, and has not gone: back, or by its notes to others. */
function leftOf(bill: Bill, notes: readonly Note[]): bigint {
  const steps = notes
    .filter(({ isVoid }) => !isVoid)
    .flatMap(({ bill: from, lowered }) =>
      lowered
        .filter((step) => step.bill !== from)
        .map((step) => ({ from, to: step.bill, cents: step.cents })),
    )
  const carried = sumOf(steps.filter(({ from }) => from === bill))
  const received = sumOf(steps.filter(({ to }) => to === bill))
  const netted = sumOf(bill.lines.filter(({ cents }) => cents < 0n))
  return bill.paid + bill.credits + received - netted - carried - bill.refunded
}

export interface AskedNote {
  readonly line: number
  readonly cents: bigint
  readonly toSource: boolean
  readonly at: number
}

export interface Purses {
  /** The subscription's other open invoices, the oldest first. */
  readonly others: readonly Bill[]
  /** All there are. */
  readonly payments: readonly Payment[]
  /** What paid the invoice as it was closed. */
  readonly debits: readonly Debit[]
  /** The customer's. */
  readonly wallets: Wallet[]
  /** What the invoice has bought: no more goes back than is not spent of it. */
  readonly bought?: Purchase | null
}

/**
 * A credit note (billing rules, sections 6 and 12): lowers what is due of its invoice, then of the others, oldest first;
 * then gives back the credits that paid it, those spent last first; the rest is money that was paid on it, and goes back
 * to where it came from, or into the wallet.
 *
 * @returns undefined where a line has not so much left, or so much cannot go back to its source
 */
export function note(
  bill: Bill,
  asked: AskedNote,
  { others, payments, debits, wallets, bought = null }: Purses,
): Note | undefined {
  const line = bill.lines[asked.line]
  const { cents } = asked
  if (!line || line.isCut || cents <= 0n || cents > line.cents - line.noted) return undefined
  const take = takeFrom(cents)
  const lowered = [bill, ...others]
    .map((one) => ({ bill: one, cents: take(remainsOf(one)), paidBefore: one.paid }))
    .filter((step) => step.cents > 0n)
  const paid = take.left()
  const own = payments.filter((payment) => payment.bill === bill && !payment.isVoid)
  const spent = [
    ...debits.map((debit) => ({ debit, payment: null })),
    ...own.flatMap((payment) => payment.debits.map((debit) => ({ debit, payment }))),
  ]
  const returned = spent
    .reverse()
    .map((one) => ({ ...one, cents: take(one.debit.cents - one.debit.returned) }))
  const money = take.left()
  const ofMoney = own.filter((payment) => payment.debits.length === 0)
  const refunded = ofMoney.map((payment) => ({ payment, cents: take(payment.cents - payment.refunded) }))
  if (asked.toSource && take.left() > 0n) return undefined
  if (bought && money > unspentCentsOf(bought)) return undefined
  for (const step of lowered) {
    step.bill.adjusted += step.cents
    step.bill.unpaid = null
  }
  bill.unpaid = null
  for (const { debit, payment, cents: back } of returned) {
    if (back > 0n) giveBack(debit, back, asked.at)
    if (payment) payment.refunded += back
  }
  for (const { payment, cents: back } of refunded) payment.refunded += back
  if (bought) takeBought(bought, money)
  if (!asked.toSource && money > 0n) credit(wallets, money)
  line.noted += cents
  bill.refunded += paid
  return { bill, line: asked.line, cents, isRefund: paid > 0n, lowered, isVoid: false }
}

/** @returns false for one that gave something back, or of which use was made: then it stays */
export function voidNote(one: Note, notes: readonly Note[]): boolean {
  if (one.isVoid || one.isRefund) return false
  const others = one.lowered.filter(({ bill }) => bill !== one.bill)
  if (others.some(({ bill, cents }) => leftOf(bill, notes) < cents)) return false
  if (one.lowered.some(({ bill, paidBefore }) => bill.paid > paidBefore)) return false
  one.isVoid = true
  for (const { bill, cents } of one.lowered) bill.adjusted -= cents
  const line = one.bill.lines[one.line]
  if (line) line.noted -= one.cents
  return true
}

/** Money is credits of the unrestricted wallet of rate 1, which is made if there is none. */
function credit(wallets: Wallet[], cents: bigint): void {
  const rate = ratio(1n, 1n)
  const wallet = findWallet(wallets, rate, 'ALL') ?? newWallet(rate, 'ALL')
  if (!wallets.includes(wallet)) wallets.push(wallet)
  const terms = { priority: null, effective: null, expires: null }
  wallet.credits.push({ available: ratio(cents, 100n), ...terms })
}

/** Takes of a sum what each can have, as long as there is something. */
function takeFrom(sum: bigint) {
  let rest = sum
  const take = (most: bigint): bigint => {
    const some = most < rest ? most : rest
    rest -= some
    return some
  }
  return Object.assign(take, { left: () => rest })
}

function sumOf(steps: readonly { readonly cents: bigint }[]): bigint {
  return steps.reduce((sum, { cents }) => sum + cents, 0n)
}
