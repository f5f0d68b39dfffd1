import { assert } from '../assert.ts'
import { type AllocationTarget, allocate } from '../money/allocation.ts'
import { type Decimal, isNegative, isPositive, sumDecimals, zero } from '../money/decimal.ts'
import { creditsInBurnOrder, inBurnOrder } from './burn-order.ts'
import { creditsForMoney, moneyOfCredits } from './conversion.ts'
import { type AllowedPriceTypes, type Credit, isUsable, type UsedCredit, type Wallet } from './credit.ts'

/** An invoice that is being closed, as far as credits can pay it. */
export interface Bill {
  readonly invoiceId: string
  readonly customerId: string
  readonly currency: string
  readonly periodEnd: Date | null
  readonly finalizedAt: Date
  /** What is to be paid after tax and adjustments, in whole units. */
  readonly due: Decimal
  /** Credits pay no more than that, if it is said: a part of what is due. */
  readonly upTo?: Decimal
  /** What credits have paid of it since it was closed, in order: `due` is less by it. */
  readonly earlier?: readonly { readonly allowedPriceTypes: AllowedPriceTypes; readonly money: Decimal }[]
  /** Its charges, each after its share of discounts and tax: at least what is due, together. */
  readonly lines: readonly BillLine[]
}

export interface BillLine {
  readonly id: string
  readonly priceType: 'FIXED' | 'USAGE' | null
  readonly amount: Decimal
}

/** What one wallet pays of one invoice. */
export interface CreditPayment {
  readonly invoiceId: string
  readonly walletId: string
  /** In whole units. */
  readonly money: Decimal
  readonly credits: Decimal
  /** In the order in which they were spent. */
  readonly used: readonly UsedCredit[]
  /** Of the lines that it pays, their parts of the money. */
  readonly lines: readonly { readonly lineId: string; readonly money: Decimal }[]
}

/**
 * What the wallets pay of the invoices, one after the other in the order given (billing rules, section 11). What is due
 * of an invoice is shared over its lines; a wallet pays what is left of the lines that its price types allow, up to what
 * its usable credits are worth. No credit is spent beyond what is left of it, by however many invoices.
 *
 * @param wallets of the invoices' customers, open ones alone; those of other customers and currencies pay nothing
 */
export function payBills(bills: readonly Bill[], wallets: readonly Wallet[]): CreditPayment[] {
  const purses = Map.groupBy(inBurnOrder(wallets).map(purseOf), ({ wallet }) => ownerOf(wallet))
  return bills.flatMap((bill) => payBill(bill, purses.get(ownerOf(bill)) ?? []))
}

/** A wallet while it is spent: what is left of each credit, in their order. */
interface Purse {
  readonly wallet: Wallet
  readonly credits: readonly Credit[]
  readonly left: Map<string, Decimal>
}

function purseOf(wallet: Wallet): Purse {
  return {
    wallet,
    credits: creditsInBurnOrder(wallet.credits),
    left: new Map(wallet.credits.map(({ id, available }) => [id, available])),
  }
}

function ownerOf({ customerId, currency }: { customerId: string; currency: string }): string {
  return `${customerId} ${currency}`
}

function payBill(bill: Bill, purses: readonly Purse[]): CreditPayment[] {
  assert(!isNegative(bill.due), `what is due of ${bill.invoiceId} is not negative`)
  if (purses.length === 0 || !isPositive(bill.due)) return []
  const unpaid = unpaidLines(bill)
  let most = bill.upTo ? smaller(bill.upTo, bill.due) : bill.due
  return purses.flatMap((purse) => {
    const payment = payFrom(purse, bill, { unpaid, most })
    if (payment === undefined) return []
    most = most.minus(payment.money)
    for (const { lineId, money } of payment.lines)
      unpaid.set(lineId, (unpaid.get(lineId) ?? zero).minus(money))
    for (const { creditId, credits } of payment.used) {
      purse.left.set(creditId, (purse.left.get(creditId) ?? zero).minus(credits))
    }
    return [payment]
  })
}

/**
 * What is to be paid of each line. Credits that came before took from the lines that they may pay: so a wallet of one
 * price type pays those no more by several payments than it would by one.
 */
function unpaidLines({ due, earlier = [], lines, currency }: Bill): Map<string, Decimal> {
  const whole = due.plus(sumDecimals(earlier.map(({ money }) => money)))
  const weights = lines.map(({ id, amount: weight }) => ({ id, weight }))
  const unpaid = new Map(allocate(whole, weights, currency).map(({ id, share }) => [id, share]))
  for (const { allowedPriceTypes, money } of earlier) {
    const targets = targetsOf(lines, allowedPriceTypes, unpaid)
    const most = smaller(money, sumDecimals(targets.map(({ weight }) => weight)))
    for (const { id, share } of allocate(most, targets, currency)) {
      unpaid.set(id, (unpaid.get(id) ?? zero).minus(share))
    }
  }
  return unpaid
}

function targetsOf(
  lines: readonly BillLine[],
  allowed: AllowedPriceTypes,
  unpaid: ReadonlyMap<string, Decimal>,
): readonly AllocationTarget[] {
  return lines
    .filter(({ priceType }) => allowed === 'ALL' || priceType === allowed)
    .map(({ id }) => ({ id, weight: unpaid.get(id) ?? zero }))
}

function payFrom(
  purse: Purse,
  bill: Bill,
  { unpaid, most }: { unpaid: ReadonlyMap<string, Decimal>; most: Decimal },
): CreditPayment | undefined {
  const { id: walletId, conversionRate, allowedPriceTypes } = purse.wallet
  const { invoiceId, currency } = bill
  const targets = targetsOf(bill.lines, allowedPriceTypes, unpaid)
  const payable = smaller(most, sumDecimals(targets.map(({ weight }) => weight)))
  const usable = purse.credits.flatMap((credit) => {
    const left = purse.left.get(credit.id) ?? zero
    return isPositive(left) && isUsable(credit, bill) ? [{ id: credit.id, left }] : []
  })
  const available = sumDecimals(usable.map(({ left }) => left))
  const worth = moneyOfCredits(available, conversionRate, currency)
  const money = smaller(worth, payable)
  if (!isPositive(money)) return undefined
  const credits = creditsForMoney(money, conversionRate, available)
  const lines = allocate(money, targets, currency)
    .filter(({ share }) => isPositive(share))
    .map(({ id: lineId, share }) => ({ lineId, money: share }))
  return { invoiceId, walletId, money, credits, used: take(credits, usable), lines }
}

function smaller(left: Decimal, right: Decimal): Decimal {
  return left.lt(right) ? left : right
}

function take(
  credits: Decimal,
  from: readonly { readonly id: string; readonly left: Decimal }[],
): UsedCredit[] {
  let rest = credits
  const used: UsedCredit[] = []
  for (const { id: creditId, left } of from) {
    if (!isPositive(rest)) break
    const some = left.lt(rest) ? left : rest
    rest = rest.minus(some)
    used.push({ creditId, credits: some })
  }
  assert(!isPositive(rest), 'no more credits are spent than there are')
  return used
}
