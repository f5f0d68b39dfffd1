import Big from 'big.js'

/** A decimal number of any use: amount, unit price, quantity, rate. A `number` never holds one of these. */
export type Decimal = Big

/** What `numeric(38, 18)` in PostgreSQL holds: a value accepted here is stored without rounding or overflow. */
export const integerDigitsMax = 20
export const fractionDigitsMax = 18

/**
 * Our own constructor, so that no other user of big.js can change how money is rounded. Strict mode
 * refuses a `number` as input and a lossy conversion to one. Sums and products of big.js are exact;
 * a quotient is not: divide last, in the function that also rounds, and nowhere else.
 */
const Exact = Big()
Exact.strict = true
Exact.RM = Big.roundHalfUp

const plainNotation = new RegExp(`^-?\\d{1,${integerDigitsMax}}(?:\\.\\d{1,${fractionDigitsMax}})?$`)
const zero = new Exact('0')

/**
 * Reads `-?digits[.digits]`, up to 20 digits before the point and 18 after it. Undefined for anything
 * else: exponents, `NaN`, a leading `+`, a bare point, a decimal comma, spaces.
 */
export function parseDecimal(text: string): Decimal | undefined {
  return plainNotation.test(text) ? new Exact(text) : undefined
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
