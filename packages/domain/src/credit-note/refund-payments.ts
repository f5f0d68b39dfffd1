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
 * From which payments money goes back: from the oldest on, never more of one than it brought (billing rules, section
 * 12).
 *
 * @param payments oldest first
 * @returns with the payments as they are by then, and what none of them has brought
 */
export function refundPayments(
  amount: Decimal,
  payments: readonly PaidMoney[],
): {
  readonly refunds: readonly PaymentRefund[]
  readonly after: readonly PaidMoney[]
  readonly beyond: Decimal
} {
  let beyond = amount
  const refunds: PaymentRefund[] = []
  const after = payments.map((one) => {
    const left = one.amount.minus(one.refunded)
    const back = left.lt(beyond) ? left : beyond
    if (!isPositive(back)) return one
    beyond = beyond.minus(back)
    refunds.push({ paymentId: one.id, amount: back })
    return { ...one, refunded: one.refunded.plus(back) }
  })
  return { refunds, after, beyond }
}

/** What of payments has not been given back. */
export function refundable(payments: readonly PaidMoney[]): Decimal {
  return sumDecimals(payments.map(({ amount, refunded }) => amount.minus(refunded)))
}
