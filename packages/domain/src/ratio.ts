import { assert } from './assert.ts'
import { compareDecimals, type Decimal, decimalFromInteger, formatDecimal, isPositive } from './decimal.ts'

/**
 * An exact quotient, kept as its two parts until the one rounding (billing rules, section 1): an average
 * or a weighted sum has no finite decimal in general. The denominator is positive.
 */
export interface Ratio {
  readonly numerator: Decimal
  readonly denominator: Decimal
}

const one = decimalFromInteger(1)

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
  if (left.denominator.eq(right.denominator)) {
    return { numerator: left.numerator.plus(right.numerator), denominator: left.denominator }
  }
  return {
    numerator: left.numerator.times(right.denominator).plus(right.numerator.times(left.denominator)),
    denominator: left.denominator.times(right.denominator),
  }
}

/** -1, 0 or 1 by value: 1/2 equals 2/4. */
export function compareRatios(left: Ratio, right: Ratio): -1 | 0 | 1 {
  return compareDecimals(left.numerator.times(right.denominator), right.numerator.times(left.denominator))
}

/** `numerator` alone over 1, else `numerator/denominator`: what an explanation keeps. */
export function formatRatio({ numerator, denominator }: Ratio): string {
  const top = formatDecimal(numerator)
  return denominator.eq(one) ? top : `${top}/${formatDecimal(denominator)}`
}
