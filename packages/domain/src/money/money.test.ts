import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dec } from '../testing/price-arbitrary.ts'
import { formatDecimal } from './decimal.ts'
import { fromUnits, isWholeUnits, roundedQuotient, roundMoney, toUnits } from './money.ts'

const seed = 20_261_101
const currencies = ['jpy', 'usd', 'huf', 'kwd', 'clf']
const numerator = fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n })
const denominator = fc.bigInt({ min: 1n, max: 10n ** 12n })
const digitsOf: Record<string, bigint> = { jpy: 0n, usd: 2n, huf: 2n, kwd: 3n, clf: 4n }

/** Half away from zero in whole numbers, written without the code under test. */
function unitsByIntegers(top: bigint, bottom: bigint, currency: string): bigint {
  const scaled = (top < 0n ? -top : top) * 10n ** (digitsOf[currency] ?? 0n)
  const units = (2n * scaled + bottom) / (2n * bottom)
  return top < 0n ? -units : units
}

describe('money is rounded', () => {
  it.each([
    ['0.5', 'jpy', '1'],
    ['0.4999999999999999', 'jpy', '0'],
    ['1.005', 'usd', '1.01'],
    ['8.325', 'usd', '8.33'],
    ['-8.325', 'usd', '-8.33'],
    ['2.344999999999999999', 'usd', '2.34'],
    ['0.125', 'huf', '0.13'],
    ['1.0005', 'kwd', '1.001'],
    ['1.00005', 'clf', '1.0001'],
    ['1.00004', 'clf', '1'],
  ])('half away from zero to the ISO exponent: %s %s is %s', (amount, currency, rounded) => {
    expect(formatDecimal(roundMoney(dec(amount), currency))).toBe(rounded)
  })

  it('after the multiplication: 9.99 × 25 ÷ 30 is 8.33', () => {
    expect(formatDecimal(roundedQuotient(dec('9.99').times(dec('25')), dec('30'), 'usd'))).toBe('8.33')
  })

  it('exactly, where a quotient of any fixed precision would not be', () => {
    const bottom = dec('99999999999999999999').times(dec('99999999999999999999'))
    const half = bottom.times(dec('0.005'))
    expect(formatDecimal(roundedQuotient(half, bottom, 'usd'))).toBe('0.01')
    expect(formatDecimal(roundedQuotient(half.minus(dec('0.000000000000000001')), bottom, 'usd'))).toBe('0')
  })

  it('as integers say, and with the sign alike on both sides of 0', () => {
    fc.assert(
      fc.property(numerator, denominator, fc.constantFrom(...currencies), (top, bottom, currency) => {
        const rounded = roundedQuotient(dec(String(top)), dec(String(bottom)), currency)
        expect(toUnits(rounded, currency)).toBe(unitsByIntegers(top, bottom, currency))
        expect(isWholeUnits(rounded, currency)).toBe(true)
        const mirrored = roundedQuotient(dec(String(-top)), dec(String(bottom)), currency)
        expect(mirrored.plus(rounded).eq(dec('0'))).toBe(true)
      }),
      { seed, numRuns: 1000 },
    )
  })

  it('never by a zero, and never for a currency that does not exist', () => {
    expect(() => roundedQuotient(dec('1'), dec('0'), 'usd')).toThrow('denominator')
    expect(() => roundMoney(dec('1'), 'zzz')).toThrow('known currency')
  })
})

describe('units', () => {
  it('go forth and back', () => {
    fc.assert(
      fc.property(numerator, fc.constantFrom(...currencies), (units, currency) => {
        expect(toUnits(fromUnits(units, currency), currency)).toBe(units)
      }),
      { seed, numRuns: 500 },
    )
  })

  it.each([
    ['8.33', 'usd', 833n],
    ['-0.05', 'usd', -5n],
    ['12', 'jpy', 12n],
    ['0.001', 'kwd', 1n],
  ])('of %s %s are %s', (amount, currency, units) => {
    expect(toUnits(dec(amount), currency)).toBe(units)
  })

  it('are whole', () => {
    expect(() => toUnits(dec('0.001'), 'usd')).toThrow('whole units')
    expect(() => toUnits(dec('0.5'), 'jpy')).toThrow('whole units')
  })
})
