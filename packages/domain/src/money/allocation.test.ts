import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dec } from '../testing/price-arbitrary.ts'
import { allocate } from './allocation.ts'
import { formatDecimal } from './decimal.ts'
import { fromUnits, toUnits } from './money.ts'

const seed = 20_261_104

function shares(amount: string, weights: Record<string, string>, currency = 'usd'): string[] {
  const targets = Object.entries(weights).map(([id, weight]) => ({ id, weight: dec(weight) }))
  return allocate(dec(amount), targets, currency).map(({ id, share }) => `${id} ${formatDecimal(share)}`)
}

describe('an amount is shared', () => {
  it.each<[string, string, Record<string, string>, string[]]>([
    ['by weight', '10', { a: '30', b: '10' }, ['a 7.5', 'b 2.5']],
    ['by largest remainder', '0.05', { a: '1', b: '2' }, ['a 0.02', 'b 0.03']],
    ['with ties to the smaller id, in whatever order', '0.01', { b: '1', a: '1' }, ['b 0', 'a 0.01']],
    ['with ties to two of three', '0.02', { c: '1', b: '1', a: '1' }, ['c 0', 'b 0.01', 'a 0.01']],
    ['with nothing for what has no weight', '1', { a: '0', b: '1' }, ['a 0', 'b 1']],
    ['as zero over nothing', '0', { a: '0' }, ['a 0']],
    ['whole, to each its own', '0.05', { b: '0.02', a: '0.03', c: '0' }, ['b 0.02', 'a 0.03', 'c 0']],
  ])('%s', (_name, amount, weights, expected) => {
    expect(shares(amount, weights)).toEqual(expected)
  })

  it('in whole units of its currency', () => {
    expect(shares('10', { a: '1', b: '1', c: '1' }, 'jpy')).toEqual(['a 4', 'b 3', 'c 3'])
  })

  it('never without a weight, with a negative one, or in parts of a unit', () => {
    expect(() => shares('1', { a: '0' })).toThrow('weight')
    expect(() => shares('1', {})).toThrow('weight')
    expect(() => shares('1', { a: '-1', b: '3' })).toThrow('not negative')
    expect(() => shares('-1', { a: '1' })).toThrow('not negative')
    expect(() => shares('0.001', { a: '1' })).toThrow('whole units')
    expect(() => shares('0.001', { a: '0.001' })).toThrow('whole units')
    expect(() => shares('2', { a: '-1', b: '3' })).toThrow('not negative')
  })

  it('so that no unit is lost or made, each share is within one unit of its part, and order does not matter', () => {
    const units = fc.bigInt({ min: 0n, max: 10n ** 12n })
    const weights = fc.array(fc.bigInt({ min: 0n, max: 10n ** 10n }), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(units, weights, fc.constantFrom('jpy', 'usd', 'clf'), (amount, given, currency) => {
        const total = given.reduce((sum, weight) => sum + weight, 0n)
        fc.pre(total > 0n)
        const targets = given.map((weight, index) => ({
          id: `l${index}`,
          weight: fromUnits(weight, currency),
        }))
        const parts = allocate(fromUnits(amount, currency), targets, currency)
        const found = parts.map(({ share }) => toUnits(share, currency))
        expect(found.reduce((sum, share) => sum + share, 0n)).toBe(amount)
        for (const [index, share] of found.entries()) {
          const error = share * total - amount * (given[index] ?? 0n)
          expect(error < total && error > -total).toBe(true)
          if (amount <= total) expect(share <= (given[index] ?? 0n)).toBe(true)
        }
        const reversed = allocate(fromUnits(amount, currency), targets.toReversed(), currency).toReversed()
        expect(reversed).toEqual(parts)
      }),
      { seed, numRuns: 500 },
    )
  })
})
