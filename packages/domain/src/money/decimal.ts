import Big from 'big.js'
import { assert } from '../assert.ts'

/** A decimal number of any use: amount, unit price, quantity, rate. A `number` never holds one of these. */
export type Decimal = Big

/** What `numeric(38, 18)` in PostgreSQL holds: a value accepted here is stored without rounding or overflow. */
export const integerDigitsMax = 20
export const fractionDigitsMax = 18

/** Of an exact intermediate result, on each side of the point: bounds what an explanation can make us read. */
const exactDigitsMax = 400

/**
 * Our own constructor, so that no other user of big.js can change how money is rounded. Strict mode
 * refuses a `number` as input and a lossy conversion to one. Sums and products of big.js are exact;
 * a quotient is not: divide last, in the function that also rounds, and nowhere else.
 */
const Exact = Big()
Exact.strict = true
Exact.RM = Big.roundHalfUp

const plainNotation = new RegExp(`^-?\\d{1,${integerDigitsMax}}(?:\\.\\d{1,${fractionDigitsMax}})?$`)
export const zero: Decimal = new Exact('0')
const storableBound: Decimal = new Exact(`1e${integerDigitsMax}`)

/**
 * Reads `-?digits[.digits]`, up to 20 digits before the point and 18 after it. Undefined for anything
 * else: exponents, `NaN`, a leading `+`, a bare point, a decimal comma, spaces.
 */
export function parseDecimal(text: string): Decimal | undefined {
  return plainNotation.test(text) ? new Exact(text) : undefined
}

/** What a number may have on each side of the point (billing rules, section 4), and its text in all. */
export const numberDigitsMax = 100
export const numberLengthMax = 1_000

/**
 * A number's notation, in the words that PostgreSQL's expressions share with ours: the engine of usage tests texts by
 * it. The exponent's bound keeps what it takes within PostgreSQL's `numeric`, whose own notation is wider.
 */
export const numberPattern = '^ *[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?0*[0-9]{1,4})? *$'
const numberNotation = new RegExp(numberPattern)
const numberBound: Decimal = new Exact(`1e${numberDigitsMax}`)

/**
 * Reads a number as events and requests write it: a finite decimal in plain or exponent notation, with spaces around
 * it, a leading `+`, `.5` and `5.` too. By its value, not by how long it is written, it has up to 100 digits before
 * the point and 100 after it. Undefined for anything else.
 */
export function parseNumber(text: string): Decimal | undefined {
  if (text.length > numberLengthMax || !numberNotation.test(text)) return undefined
  const value = new Exact(text.trim().replace(/^[+]/, ''))
  return value.abs().lt(numberBound) && isRounded(value, numberDigitsMax) ? value : undefined
}

const exactNotation = new RegExp(`^-?\\d{1,${exactDigitsMax}}(?:\\.\\d{1,${exactDigitsMax}})?$`)

/**
 * Reads what `formatDecimal` wrote of a sum or a product, which may have more digits than a value that is
 * stored as a number.
 */
export function readDecimal(text: string): Decimal {
  assert(exactNotation.test(text), `${text.slice(0, exactDigitsMax)} is a decimal number`)
  return new Exact(text)
}

/** Plain notation, no exponent, no trailing zeros, no negative zero: equal decimals have equal texts. */
export function formatDecimal(value: Decimal): string {
  return value.eq(zero) ? '0' : value.toFixed()
}

/** False for zero, also for `-0`. */
export function isNegative(value: Decimal): boolean {
  return value.lt(zero)
}

export function isPositive(value: Decimal): boolean {
  return value.gt(zero)
}

/** -1, 0 or 1, fit for `sort`. */
export function compareDecimals(left: Decimal, right: Decimal): -1 | 0 | 1 {
  return left.cmp(right)
}

/** By value: 1.50 equals 1.5. */
export function equalDecimals(left: Decimal, right: Decimal): boolean {
  return left.eq(right)
}

/** A whole number that is no money, such as milliseconds, as a factor of a calculation. */
export function decimalFromInteger(value: number | bigint): Decimal {
  assert(typeof value === 'bigint' || Number.isSafeInteger(value), `${value} is a safe integer`)
  return new Exact(String(value))
}

/** Exact: a sum of nothing is 0. */
export function sumDecimals(values: Iterable<Decimal>): Decimal {
  let sum = zero
  for (const value of values) sum = sum.plus(value)
  return sum
}

export type QuotientRounding = 'half_away_from_zero' | 'towards_zero' | 'away_from_zero'

/**
 * numerator ÷ denominator, rounded once to that many fraction digits. It is exact: the long division
 * carries its remainder to the one rounding, so no digit is lost before it.
 */
export function divideRounded(
  numerator: Decimal,
  denominator: Decimal,
  digits: number,
  rounding: QuotientRounding = 'half_away_from_zero',
): Decimal {
  assert(!denominator.eq(zero), 'the denominator is not 0')
  const Quotient = quotientOf(digits, rounding)
  return new Exact(new Quotient(numerator).div(denominator))
}

/** A constructor for each way to round, made once: making one costs more than the division. */
const quotients = new Map<string, ReturnType<typeof Big>>()

function quotientOf(digits: number, rounding: QuotientRounding): ReturnType<typeof Big> {
  const key = `${digits} ${rounding}`
  const known = quotients.get(key)
  if (known) return known
  const Quotient = Big()
  Quotient.DP = digits
  Quotient.RM = roundings[rounding]
  quotients.set(key, Quotient)
  return Quotient
}

const roundings = {
  half_away_from_zero: Big.roundHalfUp,
  towards_zero: Big.roundDown,
  away_from_zero: Big.roundUp,
} as const satisfies Record<QuotientRounding, number>

/** True for a value that `numeric(38, 18)` can hold; a product of two that can may not. */
export function isStorable(value: Decimal): boolean {
  return value.abs().lt(storableBound) && isRounded(value, fractionDigitsMax)
}

/** Whether rounding to so many fraction digits would leave it as it is. Counting them spares most the rounding. */
export function isRounded(value: Decimal, fractionDigits: number): boolean {
  return value.c.length - 1 - value.e <= fractionDigits || value.round(fractionDigits).eq(value)
}
