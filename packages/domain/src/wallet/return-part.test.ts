import fc from 'fast-check'
import { expect, test } from 'vitest'
import { divideRounded, formatDecimal, sumDecimals, zero } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { creditDigits } from './conversion.ts'
import { payBills } from './pay-bills.ts'
import { returnPart, type SpentDebit } from './return-part.ts'

const seed = 20_261_142
const now = new Date(Date.UTC(2026, 0, 20))

const used = (creditId: string, credits: string, priority: number | null = null) => ({
  ...{ creditId, priority, taken: dec(credits), credits: dec(credits), expiresAt: null, spentAt: now },
})

test('a part of the money gives back its share of the credits, those spent last first', () => {
  const debit = { amount: dec('10'), returned: zero, used: [used('b', '2'), used('a', '3', 1)] }
  const texts = (money: string) =>
    returnPart(debit, dec(money)).map(({ creditId, credits }) => `${creditId} ${formatDecimal(credits)}`)
  expect(texts('2')).toEqual(['b 1'])
  expect(texts('6')).toEqual(['b 2', 'a 1'])
  expect(texts('10')).toEqual(['b 2', 'a 3'])
})

test('in however many parts, all of the money gives back exactly all of the credits, and no part gives nothing', () => {
  const world = fc.record({
    credits: fc.array(fc.integer({ min: 1, max: 10 ** 9 }), { minLength: 1, maxLength: 4 }),
    rate: fc.constantFrom('1', '0.3', '7', '1000', '0.000123'),
    due: fc.integer({ min: 1, max: 5_000 }),
    parts: fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 8 }),
  })
  fc.assert(
    fc.property(world, ({ credits, rate, due, parts }) => {
      const all = credits.map((some, index) => ({
        ...{ id: `${index}`, available: divideRounded(dec(`${some}`), dec('1000'), 3), priority: null },
        ...{ effectiveAt: null, expiresAt: null },
      }))
      const cents = (some: number) => divideRounded(dec(`${some}`), dec('100'), 2)
      const bill = { invoiceId: 'i', customerId: 'c', currency: 'usd', periodEnd: null, finalizedAt: now }
      const [payment] = payBills(
        [{ ...bill, due: cents(due), lines: [{ id: 'l', priceType: null, amount: cents(due) }] }],
        [
          {
            ...{ id: 'w', customerId: 'c', currency: 'usd', conversionRate: dec(rate) },
            ...{ allowedPriceTypes: 'ALL', credits: all },
          },
        ],
      )
      if (!payment) return
      let debit: SpentDebit = {
        ...{ amount: payment.money, returned: zero },
        used: payment.used.map((one) => ({
          ...used(one.creditId, '0'),
          taken: one.credits,
          credits: one.credits,
        })),
      }
      const give = (money: typeof zero) => {
        const back = returnPart(debit, money)
        expect(sumDecimals(back.map((one) => one.credits)).gt(zero)).toBe(true)
        expect(back.every((one) => one.credits.round(creditDigits).eq(one.credits))).toBe(true)
        debit = {
          ...{ amount: debit.amount, returned: debit.returned.plus(money) },
          used: debit.used.map((one) => {
            const same = back.find(({ creditId }) => creditId === one.creditId)
            return same ? { ...one, credits: one.credits.minus(same.credits) } : one
          }),
        }
        expect(debit.used.every((one) => one.credits.gte(zero))).toBe(true)
      }
      for (const part of parts.map(cents)) {
        if (part.lte(debit.amount.minus(debit.returned))) give(part)
      }
      const rest = debit.amount.minus(debit.returned)
      if (rest.gt(zero)) give(rest)
      expect(debit.used.every((one) => one.credits.eq(zero))).toBe(true)
    }),
    { seed, numRuns: 500 },
  )
})
