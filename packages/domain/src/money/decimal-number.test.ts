import Big from 'big.js'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, parseNumber, readDecimal } from './decimal.ts'
import { DecimalNumber } from './decimal-number.ts'

const seed = 20_261_129
const numRuns = 2_000

/** big.js, by which decimals were calculated before: the same figures by another hand. */
const Exact = Big()
Exact.strict = true

const roundings = {
  half_away_from_zero: Big.roundHalfUp,
  towards_zero: Big.roundDown,
  away_from_zero: Big.roundUp,
} as const

/** From one digit to many: below, at and beyond the integers that a `number` holds, and ties of a rounding. */
const text = fc
  .tuple(
    fc.oneof(
      fc.integer({ min: -1_000, max: 1_000 }).map(BigInt),
      fc.maxSafeInteger().map(BigInt),
      fc.integer({ min: -9, max: 9 }).map((step) => 2n ** 53n + BigInt(step)),
      fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
      fc.integer({ min: -200, max: 200 }).map((half) => BigInt(half) * 10n ** 15n + 5n * 10n ** 14n),
    ),
    fc.integer({ min: 0, max: 30 }),
  )
  .map(([units, scale]) => new Exact(`${units}e-${scale}`).toFixed())

const digits = fc.integer({ min: 0, max: 40 })
const rounding = fc.constantFrom('half_away_from_zero', 'towards_zero', 'away_from_zero')

function textOf(value: Big): string {
  return value.eq('0') ? '0' : value.toFixed()
}

/** Equal numbers have equal fields: a calculated one those of the one that is read. */
function expectSame(value: DecimalNumber, expected: Big): void {
  expect(formatDecimal(value)).toBe(textOf(expected))
  expect(value).toStrictEqual(readDecimal(textOf(expected)))
}

describe('a decimal', () => {
  it('calculates as big.js does: sums, differences, products, signs', () => {
    fc.assert(
      fc.property(text, text, (a, b) => {
        const [left, right] = [readDecimal(a), readDecimal(b)]
        const [bigLeft, bigRight] = [new Exact(a), new Exact(b)]
        expectSame(left.plus(right), bigLeft.plus(bigRight))
        expectSame(left.minus(right), bigLeft.minus(bigRight))
        expectSame(left.times(right), bigLeft.times(bigRight))
        expectSame(left.neg(), bigLeft.neg())
        expectSame(left.abs(), bigLeft.abs())
      }),
      { seed, numRuns },
    )
  })

  it('compares as big.js does', () => {
    fc.assert(
      fc.property(text, fc.option(text), (a, b) => {
        const [left, right] = [readDecimal(a), readDecimal(b ?? `${a}${a.includes('.') ? '0' : '.0'}`)]
        const [bigLeft, bigRight] = [new Exact(a), new Exact(b ?? a)]
        expect(left.cmp(right)).toBe(bigLeft.cmp(bigRight))
        expect([left.lt(right), left.lte(right), left.gt(right), left.gte(right), left.eq(right)]).toEqual([
          bigLeft.lt(bigRight),
          bigLeft.lte(bigRight),
          bigLeft.gt(bigRight),
          bigLeft.gte(bigRight),
          bigLeft.eq(bigRight),
        ])
      }),
      { seed, numRuns },
    )
  })

  it('rounds and divides as big.js does, in each way, the whole remainder deciding', () => {
    fc.assert(
      fc.property(text, text, digits, rounding, (a, b, places, how) => {
        expectSame(readDecimal(a).round(places), new Exact(a).round(places, Big.roundHalfUp))
        expect(
          readDecimal(a)
            .toFixed(places)
            .replace(/^-(?=[0.]*$)/, ''),
        ).toBe(new Exact(a).toFixed(places, Big.roundHalfUp).replace(/^-(?=[0.]*$)/, ''))
        if (new Exact(b).eq('0')) return
        const Quotient = Big()
        Quotient.DP = places
        Quotient.RM = roundings[how]
        expectSame(readDecimal(a).over(readDecimal(b), places, how), new Exact(new Quotient(a).div(b)))
      }),
      { seed, numRuns },
    )
  })

  it('reads numbers as big.js does, in each notation', () => {
    const exponent = fc.integer({ min: -60, max: 60 })
    fc.assert(
      fc.property(text, exponent, (a, places) => {
        const value = parseNumber(`${a}e${places}`)
        expect(value && formatDecimal(value)).toBe(textOf(new Exact(`${a}e${places}`)))
      }),
      { seed, numRuns },
    )
  })

  it('has no sign of zero, whichever way it came to be 0', () => {
    const [zero, below] = [readDecimal('-0.00'), readDecimal('-0.5')]
    const zeros = [
      zero,
      zero.neg(),
      below.times(zero),
      below.minus(below),
      below.round(0).plus(readDecimal('1')),
    ]
    for (const value of [...zeros, below.over(readDecimal('9'), 0, 'towards_zero')]) {
      expect(value).toStrictEqual(new DecimalNumber(0, 0))
      expect(Object.is(value.units, 0)).toBe(true)
    }
  })
})
