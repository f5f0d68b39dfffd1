import { type LoweredDue, lowerDue, type OpenInvoice } from '../invoice/lower-due.ts'
import { type Decimal, isPositive, sumDecimals } from '../money/decimal.ts'
import { type PaidMoney, refundable, refundPayments } from './refund-payments.ts'

/** Where what is money goes. */
export type CreditTarget = 'PREPAID_WALLET' | 'BACK_TO_SOURCE'

/** What somebody is owed of what an invoice billed, after its share of discounts and tax. */
export interface OwedCredit {
  readonly id: string
  /** The invoice that billed. */
  readonly invoiceId: string
  /** In whole units, more than 0. */
  readonly amount: Decimal
  readonly target: CreditTarget
}

/** What has paid an invoice. Both lists oldest first. */
export interface PaidInvoice {
  readonly spent: readonly SpentMoney[]
  readonly payments: readonly PaidMoney[]
  /** Of one that bought credits, the money that those have cost which are not spent: no more of it is given back. */
  readonly unspent: Decimal | null
}

/** What credits paid: at the closing, or by a payment of CREDITS. */
export interface SpentMoney {
  /** Of the wallet that paid. */
  readonly debitId: string
  /** Null: at the closing. */
  readonly paymentId: string | null
  /** What of it has not come back. */
  readonly left: Decimal
}

/** Where a credit goes: together exactly what it is. */
export interface PlannedCredit {
  readonly credit: OwedCredit
  readonly lowered: readonly LoweredDue[]
  readonly returned: readonly ReturnedMoney[]
  readonly refunded: readonly RefundedMoney[]
}

export interface ReturnedMoney extends Omit<SpentMoney, 'left'> {
  readonly amount: Decimal
}

export interface RefundedMoney {
  /** Null: what another invoice's credits had lowered this one by, which was paid there. */
  readonly paymentId: string | null
  readonly amount: Decimal
}

/** More of a credit would be money than can be. */
export interface NotRefundable {
  readonly credit: OwedCredit
  readonly amount: Decimal
  readonly refundable: Decimal
}

/**
 * The one way in which credit goes back (billing rules, section 6): it lowers what is due of the invoice that billed,
 * then of the subscription's others; then gives back the credits that paid that invoice, those spent last first; only the
 * rest is money, of its payments, oldest first. BACK_TO_SOURCE is at most what they brought.
 *
 * @param credits of one subscription, or of one invoice without, oldest first
 * @param open its invoices of which something remains, oldest first
 */
export function planCredits(
  credits: readonly OwedCredit[],
  { open, paidOf }: { open: readonly OpenInvoice[]; paidOf: (invoiceId: string) => PaidInvoice },
): readonly PlannedCredit[] | NotRefundable {
  const owed = credits.map(({ id, invoiceId, amount: remaining }) => ({ id, invoiceId, remaining }))
  const loweredBy = Map.groupBy(lowerDue(owed, open), ({ creditId }) => creditId)
  const paid = new Map<string, PaidInvoice>()
  const planned: PlannedCredit[] = []
  for (const credit of credits) {
    const lowered = loweredBy.get(credit.id) ?? []
    const rest = credit.amount.minus(sumDecimals(lowered.map(({ amount }) => amount)))
    const before = paid.get(credit.invoiceId) ?? paidOf(credit.invoiceId)
    const back = giveBack(rest, before)
    const problem = problemOf(credit, before, back)
    if (problem) return problem
    paid.set(credit.invoiceId, back.after)
    planned.push({ credit, lowered, returned: back.returned, refunded: back.refunded })
  }
  return planned
}

interface GivenBack extends Pick<PlannedCredit, 'returned' | 'refunded'> {
  readonly money: Decimal
  /** What none of the invoice's payments has brought. */
  readonly beyond: Decimal
  readonly after: PaidInvoice
}

function giveBack(amount: Decimal, { spent, payments, unspent }: PaidInvoice): GivenBack {
  let money = amount
  const returned: ReturnedMoney[] = []
  const left = spent.toReversed().map((one) => {
    const back = one.left.lt(money) ? one.left : money
    if (!isPositive(back)) return one
    money = money.minus(back)
    returned.push({ debitId: one.debitId, paymentId: one.paymentId, amount: back })
    return { ...one, left: one.left.minus(back) }
  })
  const { refunds, after, beyond } = refundPayments(money, payments)
  const refunded = [...refunds, ...(isPositive(beyond) ? [{ paymentId: null, amount: beyond }] : [])]
  return {
    ...{ returned, refunded, money, beyond },
    after: { spent: left.toReversed(), payments: after, unspent: unspent?.minus(money) ?? null },
  }
}

function problemOf(
  credit: OwedCredit,
  { payments, unspent }: PaidInvoice,
  { money: amount, beyond }: GivenBack,
): NotRefundable | undefined {
  if (unspent?.lt(amount)) return { credit, amount, refundable: unspent }
  if (credit.target !== 'BACK_TO_SOURCE' || !isPositive(beyond)) return undefined
  return { credit, amount, refundable: refundable(payments) }
}
