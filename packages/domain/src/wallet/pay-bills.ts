import { assert } from '../assert.ts'
import { allocate } from '../money/allocation.ts'
import { type Decimal, isNegative, isPositive, sumDecimals, zero } from '../money/decimal.ts'
import { creditsInBurnOrder, inBurnOrder } from './burn-order.ts'
import { creditsForMoney, moneyOfCredits } from './conversion.ts'
import { type Credit, isUsable, type UsedCredit, type Wallet } from './credit.ts'

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
  const targets = bill.lines.map(({ id, amount: weight }) => ({ id, weight }))
  const unpaid = new Map(allocate(bill.due, targets, bill.currency).map(({ id, share }) => [id, share]))
  let most = bill.upTo ?? bill.due
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

function payFrom(
  purse: Purse,
  bill: Bill,
  { unpaid, most }: { unpaid: ReadonlyMap<string, Decimal>; most: Decimal },
): CreditPayment | undefined {
  const { id: walletId, conversionRate, allowedPriceTypes } = purse.wallet
  const { invoiceId, currency } = bill
  const targets = bill.lines
    .filter(({ priceType }) => allowedPriceTypes === 'ALL' || priceType === allowedPriceTypes)
    .map(({ id }) => ({ id, weight: unpaid.get(id) ?? zero }))
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
