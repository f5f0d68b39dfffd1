import { type Decimal, isPositive, sumDecimals } from '../money/decimal.ts'

/** A succeeded payment that was money, which CREDITS are not. */
export interface PaidMoney {
  readonly id: string
  readonly amount: Decimal
  /** What was given back of it already. */
  readonly refunded: Decimal
}

export interface PaymentRefund {
  readonly paymentId: string
  readonly amount: Decimal
}

/**
 * From which payments money goes back to where it came from: from the oldest on, never more of one than it brought
 * (billing rules, section 12).
 *
 * @param payments oldest first
 * @returns undefined where they have not brought as much
 */
export function refundPayments(amount: Decimal, payments: readonly PaidMoney[]): PaymentRefund[] | undefined {
  let rest = amount
  const refunds = payments.flatMap(({ id: paymentId, amount: paid, refunded }): PaymentRefund[] => {
    const left = paid.minus(refunded)
    const back = left.lt(rest) ? left : rest
    if (!isPositive(back)) return []
    rest = rest.minus(back)
    return [{ paymentId, amount: back }]
  })
  return isPositive(rest) ? undefined : refunds
}

/** What of payments has not been given back. */
export function refundable(payments: readonly PaidMoney[]): Decimal {
  return sumDecimals(payments.map(({ amount, refunded }) => amount.minus(refunded)))
}
