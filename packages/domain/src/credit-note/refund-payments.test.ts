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
const texts = (amount: string, payments: readonly PaidMoney[]) =>
  refundPayments(dec(amount), payments)?.map((one) => `${one.paymentId} ${formatDecimal(one.amount)}`)

describe('money goes back', () => {
  it('to the payments that brought it, oldest first, never more of one than it brought', () => {
    const payments = [paid('a', '5', '3'), paid('b', '4'), paid('c', '9')]
    expect(texts('7', payments)).toEqual(['a 2', 'b 4', 'c 1'])
    expect(texts('2', payments)).toEqual(['a 2'])
    expect(formatDecimal(refundable(payments))).toBe('15')
  })

  it('not at all where they have not brought as much', () => {
    expect(texts('15.01', [paid('a', '5', '3'), paid('b', '4'), paid('c', '9')])).toBeUndefined()
    expect(texts('0.01', [])).toBeUndefined()
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
        let payments: PaidMoney[] = amounts.map((amount, index) => ({
          id: `${index}`,
          amount: fromUnits(amount, 'usd'),
          refunded: zero,
        }))
        for (const amount of back.map((one) => fromUnits(one, 'usd'))) {
          const before = refundable(payments)
          const refunds = refundPayments(amount, payments)
          expect(refunds === undefined).toBe(amount.gt(before))
          if (!refunds) continue
          expect(formatDecimal(sumDecimals(refunds.map((one) => one.amount)))).toBe(formatDecimal(amount))
          payments = payments.map((one) => {
            const more = sumDecimals(refunds.filter((r) => r.paymentId === one.id).map((r) => r.amount))
            return { ...one, refunded: one.refunded.plus(more) }
          })
          expect(payments.every((one) => one.refunded.lte(one.amount))).toBe(true)
        }
      }),
      { seed: 20_261_131, numRuns: 500 },
    )
  })
})
