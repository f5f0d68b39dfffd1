import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, sumDecimals, zero } from '../money/decimal.ts'
import { fromUnits } from '../money/money.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { type PaidMoney, refundable, refundPayments } from './refund-payments.ts'

const paid = (id: string, amount: string, refunded = '0') => ({
  id,
  amount: dec(amount),
  refunded: dec(refunded),
})
function texts(amount: string, payments: readonly PaidMoney[]): string[] {
  const { refunds, beyond } = refundPayments(dec(amount), payments)
  return [
    ...refunds.map((one) => `${one.paymentId} ${formatDecimal(one.amount)}`),
    ...(beyond.gt(zero) ? [`beyond ${formatDecimal(beyond)}`] : []),
  ]
}

describe('money goes back', () => {
  it('to the payments that brought it, oldest first, never more of one than it brought', () => {
    const payments = [paid('a', '5', '3'), paid('b', '4'), paid('c', '9')]
    expect(texts('7', payments)).toEqual(['a 2', 'b 4', 'c 1'])
    expect(texts('2', payments)).toEqual(['a 2'])
    expect(formatDecimal(refundable(payments))).toBe('15')
  })

  it('only as far as they have brought it: what is beyond is told', () => {
    const payments = [paid('a', '5', '3'), paid('b', '4'), paid('c', '9')]
    expect(texts('15.01', payments)).toEqual(['a 2', 'b 4', 'c 9', 'beyond 0.01'])
    expect(texts('0.01', [])).toEqual(['beyond 0.01'])
    expect(formatDecimal(refundable([]))).toBe('0')
  })

  it('in any sequence never more than was paid', () => {
    const units = fc.bigInt({ min: 1n, max: 1_000n })
    const world = fc.record({
      paid: fc.array(units, { maxLength: 5 }),
      back: fc.array(units, { maxLength: 8 }),
    })
    fc.assert(
      fc.property(world, ({ paid: amounts, back }) => {
        let payments: readonly PaidMoney[] = amounts.map((amount, index) => ({
          id: `${index}`,
          amount: fromUnits(amount, 'usd'),
          refunded: zero,
        }))
        for (const amount of back.map((one) => fromUnits(one, 'usd'))) {
          const before = refundable(payments)
          const { refunds, beyond, after } = refundPayments(amount, payments)
          const given = sumDecimals(refunds.map((one) => one.amount))
          expect(formatDecimal(given.plus(beyond))).toBe(formatDecimal(amount))
          expect(formatDecimal(given.plus(refundable(after)))).toBe(formatDecimal(before))
          expect(beyond.gt(zero)).toBe(amount.gt(before))
          payments = after
          expect(payments.every((one) => one.refunded.lte(one.amount))).toBe(true)
        }
      }),
      { seed: 20_261_131, numRuns: 500 },
    )
  })
})
