import { assert } from '../assert.ts'

/** Exact at any size: a `number` wherever that is a safe integer, as nearly all are and at a tenth of the cost, else a `bigint`. */
export type Integer = number | bigint

export type IntegerRounding = 'half_away_from_zero' | 'towards_zero' | 'away_from_zero'

/** The one form of a value, so that equal integers are identical. */
export function integer(value: bigint): Integer {
  return safeMin <= value && value <= safeMax ? Number(value) : value
}

const safeMin = BigInt(Number.MIN_SAFE_INTEGER)
const safeMax = BigInt(Number.MAX_SAFE_INTEGER)

/** A sum that is rounded is none that is safe: the exact one is beyond, too. */
export function add(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right
    if (Number.isSafeInteger(sum)) return sum
  }
  return integer(BigInt(left) + BigInt(right))
}

export function multiply(left: Integer, right: Integer): Integer {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right
    // Of numbers 0 has a sign; ours has none.
    if (Number.isSafeInteger(product)) return product + 0
  }
  return integer(BigInt(left) * BigInt(right))
}

/** The quotient, rounded to an integer. */
export function divide(dividend: Integer, divisor: Integer, rounding: IntegerRounding): Integer {
  assert(divisor !== 0, 'the denominator is not 0')
  if (typeof dividend === 'number' && typeof divisor === 'number') {
    const rest = dividend % divisor
    const whole = (dividend - rest) / divisor + 0
    if (!roundsUp(Math.abs(rest) * 2, Math.abs(divisor), rounding)) return whole
    return dividend < 0 === divisor < 0 ? whole + 1 : whole - 1
  }
  const [above, below] = [BigInt(dividend), BigInt(divisor)]
  const whole = above / below
  if (!roundsUp(absolute(above % below) * 2n, absolute(below), rounding)) return integer(whole)
  return integer(above < 0n === below < 0n ? whole + 1n : whole - 1n)
}

/** By magnitude. @param twice the remainder, 0 or more */
function roundsUp<Number extends Integer>(
  twice: Number,
  divisor: Number,
  rounding: IntegerRounding,
): boolean {
  if (rounding === 'towards_zero') return false
  return rounding === 'away_from_zero' ? twice > 0 : twice >= divisor
}

export function absolute(value: number): number
export function absolute(value: bigint): bigint
export function absolute(value: Integer): Integer
export function absolute(value: Integer): Integer {
  return value < 0 ? -value : value
}

/** Times a power of ten. */
export function raise(value: Integer, digits: number): Integer {
  return digits === 0 ? value : multiply(value, powerOfTen(digits))
}

function powerOfTen(digits: number): Integer {
  return powers[digits] ?? 10n ** BigInt(digits)
}

const powers = Array.from({ length: 16 }, (_, digits) => 10 ** digits)
