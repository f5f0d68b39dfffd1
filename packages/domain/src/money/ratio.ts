import { assert } from '../assert.ts'
import {
  compareDecimals,
  type Decimal,
  decimalFromInteger,
  divideRounded,
  formatDecimal,
  fractionDigitsMax,
  isNegative,
  isPositive,
  isRounded,
  type QuotientRounding,
  readDecimal,
  zero,
} from './decimal.ts'

/**
 * An exact quotient, kept as its two parts until the one rounding (billing rules, section 1): an average
 * or a weighted sum has no finite decimal in general. The denominator is positive.
 */
export interface Ratio {
  readonly numerator: Decimal
  readonly denominator: Decimal
}

const one = decimalFromInteger(1)
export const zeroRatio: Ratio = { numerator: zero, denominator: one }

/** A decimal as a ratio: itself over 1. */
export function wholeRatio(value: Decimal): Ratio {
  return { numerator: value, denominator: one }
}

export function ratio(numerator: Decimal, denominator: Decimal): Ratio {
  assert(isPositive(denominator), 'a denominator is positive')
  return { numerator, denominator }
}

/** Exact. Equal denominators, the common case, stay as they are. */
export function addRatios(left: Ratio, right: Ratio): Ratio {
  if (left === zeroRatio) return right
  if (right === zeroRatio) return left
  const common = left.denominator
  if (common === right.denominator || common.eq(right.denominator)) {
    return { numerator: left.numerator.plus(right.numerator), denominator: common }
  }
  const factor = commonFactor(common, right.denominator)
  const leftOver = quotient(common, factor)
  const rightOver = quotient(right.denominator, factor)
  return {
    numerator: left.numerator.times(rightOver).plus(right.numerator.times(leftOver)),
    denominator: common.times(rightOver),
  }
}

export function subtractRatios(left: Ratio, right: Ratio): Ratio {
  return addRatios(left, { numerator: right.numerator.neg(), denominator: right.denominator })
}

/** A ratio times a decimal, such as an amount of money. */
export function scaleRatio({ numerator, denominator }: Ratio, factor: Decimal): Ratio {
  return { numerator: numerator.times(factor), denominator }
}

/** Exact: a product of two quotients. */
export function multiplyRatios(left: Ratio, right: Ratio): Ratio {
  return {
    numerator: left.numerator.times(right.numerator),
    denominator: left.denominator.times(right.denominator),
  }
}

/** Exact; both are above 0, or the first is 0. */
export function divideRatios(dividend: Ratio, divisor: Ratio): Ratio {
  return ratio(dividend.numerator.times(divisor.denominator), dividend.denominator.times(divisor.numerator))
}

/** Exact: a sum of nothing is 0. */
export function sumRatios(values: Iterable<Ratio>): Ratio {
  let sum = zeroRatio
  for (const value of values) sum = addRatios(sum, value)
  return sum
}

/** The same of what each has by that name, as pieces of usage have: of one, the common case, nothing is made. */
export function sumRatiosOf<Name extends string>(
  records: readonly Readonly<Record<Name, Ratio>>[],
  name: Name,
): Ratio {
  let sum = zeroRatio
  for (const record of records) sum = addRatios(sum, record[name])
  return sum
}

/** The ratio itself, or 0 for one below it. */
export function atLeastZero(value: Ratio): Ratio {
  return isNegative(value.numerator) ? zeroRatio : value
}

export function isWholeRatio({ denominator }: Ratio): boolean {
  return denominator === one || denominator.eq(one)
}

/** Rounded once to that many digits. */
export function roundRatio(
  { numerator, denominator }: Ratio,
  digits: number,
  rounding: QuotientRounding = 'half_away_from_zero',
): Decimal {
  return divideRounded(numerator, denominator, digits, rounding)
}

/** For show, never to calculate on: a quotient without an end is cut to 18 digits. */
export function shownDecimal(value: Ratio): Decimal {
  return isWholeRatio(value) ? value.numerator : roundRatio(value, fractionDigitsMax)
}

/** Denominators are counts and milliseconds; others have no common factor that would be worth its search. */
function commonFactor(left: Decimal, right: Decimal): Decimal {
  if (!isRounded(left, 0) || !isRounded(right, 0)) return one
  let [larger, smaller] = [BigInt(left.units), BigInt(right.units)]
  while (smaller > 0n) [larger, smaller] = [smaller, larger % smaller]
  return decimalFromInteger(larger)
}

function quotient(whole: Decimal, factor: Decimal): Decimal {
  return factor.eq(one) ? whole : divideRounded(whole, factor, 0)
}

/** -1, 0 or 1 by value: 1/2 equals 2/4. */
export function compareRatios(left: Ratio, right: Ratio): -1 | 0 | 1 {
  return compareDecimals(left.numerator.times(right.denominator), right.numerator.times(left.denominator))
}

/** `numerator` alone over 1, else `numerator/denominator`: what an explanation keeps. */
export function formatRatio({ numerator, denominator }: Ratio): string {
  const top = formatDecimal(numerator)
  return denominator === one || denominator.eq(one) ? top : `${top}/${formatDecimal(denominator)}`
}

/** Reads what `formatRatio` wrote. */
export function readRatio(text: string): Ratio {
  const [numerator = '', denominator, ...rest] = text.split('/')
  assert(rest.length === 0, `${text} is a ratio`)
  return denominator === undefined
    ? { numerator: readDecimal(numerator), denominator: one }
    : ratio(readDecimal(numerator), readDecimal(denominator))
}
