import { type Bill, remainsOf } from './bill-money.ts'

export interface Payment {
  readonly bill: Bill
  readonly cents: bigint
  refunded: bigint
  isVoid: boolean
}

export interface Note {
  readonly bill: Bill
  readonly line: number
  readonly cents: bigint
  readonly isRefund: boolean
  /** What it has lowered, and what had been paid of each by then. */
  readonly lowered: readonly { readonly bill: Bill; readonly cents: bigint; readonly paidBefore: bigint }[]
  isVoid: boolean
}

/** @param cents null: all that remains. @returns undefined where nothing remains */
export function pay(bill: Bill, cents: bigint | null): Payment | undefined {
  const remains = remainsOf(bill)
  if (remains === 0n) return undefined
  const payment = { bill, cents: cents ?? remains, refunded: 0n, isVoid: false }
  bill.paid += payment.cents
  return payment
}

/** @returns false for one of which something was given back: then it stays */
export function takeBackPayment(payment: Payment): boolean {
  if (payment.isVoid || payment.refunded > 0n) return false
  payment.isVoid = true
  payment.bill.paid -= payment.cents
  return true
}

/**
 * A credit note (billing rules, sections 6 and 12): lowers what is due of its invoice, then of the others, oldest first;
 * the rest is money that was paid on its invoice, and goes back to where it came from.
 *
 * @param asked null: all that is left of the line
 * @param others the subscription's other open ones, the oldest first
 * @returns undefined where a line has not so much left, or so much was not paid
 */
export function note(
  bill: Bill,
  asked: { readonly line: number; readonly cents: bigint | null },
  { others, payments }: { readonly others: readonly Bill[]; readonly payments: readonly Payment[] },
): Note | undefined {
  const line = bill.lines[asked.line]
  const left = line ? line.cents - line.noted : 0n
  const cents = asked.cents ?? left
  if (!line || line.isCut || cents <= 0n || cents > left) return undefined
  let rest = cents
  const lowered = [bill, ...others].flatMap((one) => {
    const some = smaller(remainsOf(one), rest)
    rest -= some
    return some > 0n ? [{ bill: one, cents: some, paidBefore: one.paid }] : []
  })
  const own = payments.filter((payment) => payment.bill === bill && !payment.isVoid)
  const refundable = own.reduce((sum, payment) => sum + payment.cents - payment.refunded, 0n)
  if (rest > refundable) return undefined
  for (const step of lowered) step.bill.adjusted += step.cents
  line.noted += cents
  bill.refunded += rest
  const isRefund = rest > 0n
  for (const payment of own) {
    const some = smaller(payment.cents - payment.refunded, rest)
    payment.refunded += some
    rest -= some
  }
  return { bill, line: asked.line, cents, isRefund, lowered, isVoid: false }
}

/** @returns false for one that gave money back, or of which use was made: then it stays */
export function voidNote(one: Note): boolean {
  if (one.isVoid || one.isRefund) return false
  if (one.lowered.some(({ bill, paidBefore }) => bill.paid > paidBefore)) return false
  one.isVoid = true
  for (const { bill, cents } of one.lowered) bill.adjusted -= cents
  const line = one.bill.lines[one.line]
  if (line) line.noted -= one.cents
  return true
}

function smaller(left: bigint, right: bigint): bigint {
  return left < right ? left : right
}
