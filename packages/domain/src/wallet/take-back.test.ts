import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatDecimal, zero } from '../money/decimal.ts'
import { fromUnits } from '../money/money.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { creditsTakenBack, unspentCost } from './take-back.ts'

test('what is not spent of bought credits is worth what it has cost', () => {
  const of = (credits: string, available: string, refunded = '0') =>
    formatDecimal(
      unspentCost(
        { credits: dec(credits), available: dec(available) },
        { cost: dec('50'), refunded: dec(refunded), currency: 'usd' },
      ),
    )
  expect([of('100', '100'), of('100', '30'), of('100', '10', '10'), of('100', '0')]).toEqual([
    ...['50', '15', '5', '0'],
  ])
  expect(of('3', '1')).toBe('16.66')
})

test('in any parts no more is given back than is unspent, all of it takes all, and nothing is kept that was paid back', () => {
  const world = fc.record({
    cost: fc.integer({ min: 1, max: 5_000 }),
    credits: fc.integer({ min: 1, max: 10 ** 6 }),
    spent: fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 6 }),
    parts: fc.array(fc.integer({ min: 1, max: 2_000 }), { maxLength: 6 }),
  })
  fc.assert(
    fc.property(world, ({ cost: units, credits: drawn, spent, parts }) => {
      const cost = fromUnits(BigInt(units), 'usd')
      const credits = dec(`${drawn}`)
      let [available, refunded] = [credits, zero]
      const unspent = () => unspentCost({ credits, available }, { cost, refunded, currency: 'usd' })
      const give = (money: typeof zero) => {
        const taken = creditsTakenBack({ credits }, { cost, refunded, money }, 'away_from_zero')
        expect(taken.lte(available)).toBe(true)
        available = available.minus(taken)
        refunded = refunded.plus(money)
      }
      for (const [index, part] of parts.entries()) {
        const use = dec(`${spent[index] ?? 0}`)
        if (use.lte(available)) available = available.minus(use)
        const money = fromUnits(BigInt(part), 'usd')
        if (money.lte(unspent())) give(money)
      }
      const rest = unspent()
      const wasUntouched = spent.every((some) => some === 0)
      if (rest.gt(zero)) give(rest)
      expect(refunded.lte(cost)).toBe(true)
      if (wasUntouched)
        expect([formatDecimal(refunded), formatDecimal(available)]).toEqual([formatDecimal(cost), '0'])
    }),
    { seed: 20_261_143, numRuns: 500 },
  )
})
