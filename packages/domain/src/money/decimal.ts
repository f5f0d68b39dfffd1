import { assert } from '../assert.ts'
import { DecimalNumber } from './decimal-number.ts'
import { type IntegerRounding, integer } from './integer.ts'

/**
 * A decimal number of any use: amount, unit price, quantity, rate. A `number` never holds one of these. Sums and
 * products are exact; a quotient is not: divide last, in the function that also rounds, and nowhere else.
 */
export type Decimal = DecimalNumber

/** What `numeric(38, 18)` in PostgreSQL holds: a value accepted here is stored without rounding or overflow. */
export const integerDigitsMax = 20
export const fractionDigitsMax = 18

/** Of an exact intermediate result, on each side of the point: bounds what an explanation can make us read. */
const exactDigitsMax = 400

export const zero: Decimal = new DecimalNumber(0, 0)
const storableBound = new DecimalNumber(10n ** BigInt(integerDigitsMax), 0)

/**
 * Reads `-?digits[.digits]`, up to 20 digits before the point and 18 after it. Undefined for anything
 * else: exponents, `NaN`, a leading `+`, a bare point, a decimal comma, spaces.
 */
export function parseDecimal(text: string): Decimal | undefined {
  return readPlain(text, { integerDigits: integerDigitsMax, fractionDigits: fractionDigitsMax })
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
const numberBound = new DecimalNumber(10n ** BigInt(numberDigitsMax), 0)

/**
 * Reads a number as events and requests write it: a finite decimal in plain or exponent notation, with spaces around
 * it, a leading `+`, `.5` and `5.` too. By its value, not by how long it is written, it has up to 100 digits before
 * the point and 100 after it. Undefined for anything else.
 */
export function parseNumber(text: string): Decimal | undefined {
  if (text.length > numberLengthMax || !numberNotation.test(text)) return undefined
  const [mantissa = '', exponent = '0'] = text.trim().toLowerCase().split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(`${whole.replace(/^[+-]/, '')}${fraction}`) * 10n ** BigInt(Math.max(-scale, 0))
  const value = new DecimalNumber(integer(whole.startsWith('-') ? -digits : digits), Math.max(scale, 0))
  return value.abs().lt(numberBound) && isRounded(value, numberDigitsMax) ? value : undefined
}

/**
 * Reads what `formatDecimal` wrote of a sum or a product, which may have more digits than a value that is
 * stored as a number.
 */
export function readDecimal(text: string): Decimal {
  const value = readPlain(text, { integerDigits: exactDigitsMax, fractionDigits: exactDigitsMax })
  assert(value, () => `${text.slice(0, exactDigitsMax)} is a decimal number`)
  return value
}

interface Digits {
  readonly integerDigits: number
  readonly fractionDigits: number
}

/** `-?digits[.digits]`, not more of them; undefined for anything else. */
function readPlain(text: string, { integerDigits, fractionDigits }: Digits): Decimal | undefined {
  const start = text.startsWith('-') ? 1 : 0
  const point = text.indexOf('.', start)
  const end = point < 0 ? text.length : point
  const fraction = point < 0 ? 0 : text.length - point - 1
  if (!hasDigits(text, start, end) || end - start > integerDigits) return undefined
  if (point >= 0 && (!hasDigits(text, point + 1, text.length) || fraction > fractionDigits)) return undefined
  // The zeros at the end with which PostgreSQL fills a column's scale.
  let last = text.length
  while (point >= 0 && text.charCodeAt(last - 1) === digitZero) last--
  const scale = Math.max(last - end - 1, 0)
  const digits = scale === 0 ? text.slice(0, end) : text.slice(0, end) + text.slice(end + 1, last)
  // `+ 0` takes the sign from a zero.
  return new DecimalNumber(digits.length <= safeDigits ? Number(digits) + 0 : integer(BigInt(digits)), scale)
}

function hasDigits(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code < digitZero || code > digitNine) return false
  }
  return from < to
}

const digitZero = 48
const digitNine = 57
/** So many are a safe integer, whatever they are. */
const safeDigits = 15

/** Plain notation, no exponent, no trailing zeros, no negative zero: equal decimals have equal texts. */
export function formatDecimal(value: Decimal): string {
  return value.toFixed()
}

/** False for zero, also for `-0`. */
export function isNegative(value: Decimal): boolean {
  return value.units < 0
}

export function isPositive(value: Decimal): boolean {
  return value.units > 0
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
  if (typeof value === 'bigint') return new DecimalNumber(integer(value), 0)
  assert(Number.isSafeInteger(value), 'a number is a safe integer')
  return new DecimalNumber(value + 0, 0)
}

/** Exact: a sum of nothing is 0. */
export function sumDecimals(values: Iterable<Decimal>): Decimal {
  let sum = zero
  for (const value of values) sum = sum.plus(value)
  return sum
}

/** The same of what has an amount each, as all that is invoiced: nothing is made but the sum. */
export function sumOfAmounts(records: readonly { readonly amount: Decimal }[]): Decimal {
  let sum = zero
  for (const { amount } of records) sum = sum.plus(amount)
  return sum
}

export type QuotientRounding = IntegerRounding

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
  return numerator.over(denominator, digits, rounding)
}

/** True for a value that `numeric(38, 18)` can hold; a product of two that can may not. */
export function isStorable(value: Decimal): boolean {
  if (!isRounded(value, fractionDigitsMax)) return false
  // No safe integer has 20 digits.
  return typeof value.units === 'number' || value.abs().lt(storableBound)
}

/** Whether rounding to so many fraction digits would leave it as it is. */
export function isRounded(value: Decimal, fractionDigits: number): boolean {
  return value.scale <= fractionDigits
}

/** The decimal with so many units of its last fraction digit. */
export function decimalFromUnits(units: bigint, fractionDigits: number): Decimal {
  return new DecimalNumber(integer(units), fractionDigits)
}
