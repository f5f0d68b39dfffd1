import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  compareDecimals,
  equalDecimals,
  formatDecimal,
  fractionDigitsMax,
  integerDigitsMax,
  isNegative,
  isPositive,
  isRounded,
  parseDecimal,
  parseNumber,
} from './decimal.ts'

const seed = 20_260_101

/** A plain decimal within the bounds, in its one canonical text. */
const canonical = fc
  .tuple(
    fc.boolean(),
    fc.bigInt({ min: 0n, max: 10n ** BigInt(integerDigitsMax) - 1n }),
    fc.bigInt({ min: 0n, max: 10n ** BigInt(fractionDigitsMax) - 1n }),
  )
  .map(([negative, integer, fraction]) => {
    const digits = fraction.toString().padStart(fractionDigitsMax, '0').replace(/0+$/, '')
    const text = digits ? `${integer}.${digits}` : `${integer}`
    return negative && text !== '0' ? `-${text}` : text
  })

function decimal(text: string) {
  const value = parseDecimal(text)
  if (!value) throw new Error(`${text} is not a decimal`)
  return value
}

describe('parseDecimal', () => {
  it.each([
    ['0', '0'],
    ['-0', '0'],
    ['-0.00', '0'],
    ['1.50', '1.5'],
    ['007', '7'],
    ['-3.10', '-3.1'],
    ['0.000000000000000001', '0.000000000000000001'],
    ['99999999999999999999.999999999999999999', '99999999999999999999.999999999999999999'],
  ])('reads %s as %s', (text, expected) => {
    expect(formatDecimal(decimal(text))).toBe(expected)
  })

  it.each([
    '',
    ' ',
    ' 1',
    '1 ',
    '1\n',
    '+1',
    '--1',
    '1e3',
    '1E-3',
    'NaN',
    'Infinity',
    '-Infinity',
    '1,5',
    '1,000.00',
    '1_000',
    '.5',
    '1.',
    '-',
    '.',
    '0x10',
    '１',
    '1.2.3',
    '100000000000000000000',
    '0.0000000000000000001',
  ])('refuses %j', (text) => {
    expect(parseDecimal(text)).toBeUndefined()
  })

  it('gives back every decimal in bounds exactly as it was', () => {
    fc.assert(
      fc.property(canonical, (text) => {
        expect(formatDecimal(decimal(text))).toBe(text)
      }),
      { seed },
    )
  })

  it('never takes part in a calculation with a number', () => {
    const [one, two] = [decimal('1'), decimal('2')]
    // @ts-expect-error a number is no decimal
    expect(() => one.plus(0.1)).toThrow()
    expect(() => one < two).toThrow('no value as a number')
    // @ts-expect-error two decimals have no sum but by `plus`
    expect(() => one + two).toThrow('no value as a number')
  })
})

describe('parseNumber', () => {
  it.each([
    ['5e-05', '0.00005'],
    ['1.5E+3', '1500'],
    ['+.5e-3', '0.0005'],
    [' 5 ', '5'],
    ['5.', '5'],
    ['-.5', '-0.5'],
    ['-0', '0'],
    ['0e-9999', '0'],
    ['0.30000000000000004', '0.30000000000000004'],
    ['1e99', `1${'0'.repeat(99)}`],
    ['-1e-100', `-0.${'0'.repeat(99)}1`],
    [`${'0'.repeat(900)}7`, '7'],
    [`1.5${'0'.repeat(900)}`, '1.5'],
    [`${'9'.repeat(200)}e-100`, `${'9'.repeat(100)}.${'9'.repeat(100)}`],
    ['5e000000000001', '50'],
  ])('reads %j as %s', (text, expected) => {
    const value = parseNumber(text)
    expect(value && formatDecimal(value)).toBe(expected)
  })

  it.each([
    ...['', ' ', '.', '-', '+', 'e5', '.e5', '5e', '5e+', '5 e3', '--1', '+-1', '1.2.3', '1,5', '1_000'],
    ...[
      'NaN',
      'Infinity',
      '-Infinity',
      'inf',
      '0x1',
      '0b1',
      '1n',
      '１',
      '١',
      '5\n',
      '\t5',
      '\u00a05',
      'true',
    ],
    ...['1e100', '-1e100', '1e-101', '1e400', '1e99999', '0e10000', '1'.repeat(101), `0.${'1'.repeat(101)}`],
    `${'0'.repeat(1_000)}7`,
  ])('refuses %j', (text) => {
    expect(parseNumber(text)).toBeUndefined()
  })

  it('is the same number in every notation of it', () => {
    const shift = fc.integer({ min: -60, max: 60 })
    fc.assert(
      fc.property(canonical, shift, fc.constantFrom('', ' ', '   '), (text, places, space) => {
        const [sign, digits] = text.startsWith('-') ? ['-', text.slice(1)] : ['+', text]
        const moved = parseNumber(`${space}${sign}${digits}e${places}${space}`)
        const back = moved && parseNumber(`${formatDecimal(moved)}E${-places}`)
        expect(back && formatDecimal(back)).toBe(text)
      }),
      { seed },
    )
  })
})

describe('comparison', () => {
  it('is exact where a number is not', () => {
    expect(equalDecimals(decimal('0.1').plus(decimal('0.2')), decimal('0.3'))).toBe(true)
    expect(compareDecimals(decimal('9007199254740993'), decimal('9007199254740992'))).toBe(1)
  })

  it('goes by value, not by text', () => {
    expect(equalDecimals(decimal('1.50'), decimal('1.5'))).toBe(true)
    expect(compareDecimals(decimal('10'), decimal('9'))).toBe(1)
    expect(compareDecimals(decimal('-10'), decimal('9'))).toBe(-1)
  })

  it('agrees with the order of whole numbers', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }),
        fc.bigInt({ min: -(10n ** 19n), max: 10n ** 19n }),
        (a, b) => {
          expect(compareDecimals(decimal(`${a}`), decimal(`${b}`))).toBe(a < b ? -1 : a > b ? 1 : 0)
        },
      ),
      { seed },
    )
  })

  it('knows no sign of zero', () => {
    expect([
      isNegative(decimal('-0')),
      isPositive(decimal('0')),
      equalDecimals(decimal('-0'), decimal('0')),
    ]).toEqual([false, false, true])
    expect([isNegative(decimal('-0.01')), isPositive(decimal('0.01'))]).toEqual([true, true])
  })
})

describe('isRounded', () => {
  it('is true of just those that rounding leaves as they are, sums and products too', () => {
    fc.assert(
      fc.property(canonical, canonical, fc.integer({ min: 0, max: fractionDigitsMax }), (a, b, digits) => {
        const [left, right] = [decimal(a), decimal(b)]
        for (const value of [
          left,
          left.plus(right),
          left.minus(left),
          left.times(right),
          left.round(digits),
        ]) {
          expect(isRounded(value, digits)).toBe(value.round(digits).eq(value))
        }
      }),
      { seed },
    )
  })
})
