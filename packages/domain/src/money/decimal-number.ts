import { assert } from '../assert.ts'
import { absolute, add, divide, type Integer, type IntegerRounding, multiply, raise } from './integer.ts'

/**
 * A decimal number of any size, exact in sums, differences and products. It is an integer and how many of its digits are
 * behind the point, of which none is a zero at the end: equal numbers have equal fields.
 */
export class DecimalNumber {
  readonly units: Integer
  readonly scale: number

  /** @param scale at least 0 */
  constructor(units: Integer, scale: number) {
    let [left, digits] = [units, scale]
    while (digits > 0 && endsInZero(left)) {
      left = divide(left, 10, 'towards_zero')
      digits--
    }
    this.units = left
    this.scale = digits
  }

  plus(other: DecimalNumber): DecimalNumber {
    // Most of what an invoice's sums are made of is nothing.
    if (other.units === 0) return this
    if (this.units === 0) return other
    const scale = Math.max(this.scale, other.scale)
    return new DecimalNumber(add(this.unitsAt(scale), other.unitsAt(scale)), scale)
  }

  minus(other: DecimalNumber): DecimalNumber {
    return other.units === 0 ? this : this.plus(other.neg())
  }

  times(other: DecimalNumber): DecimalNumber {
    return new DecimalNumber(multiply(this.units, other.units), this.scale + other.scale)
  }

  neg(): DecimalNumber {
    return new DecimalNumber(multiply(this.units, -1), this.scale)
  }

  abs(): DecimalNumber {
    return this.units < 0 ? this.neg() : this
  }

  cmp(other: DecimalNumber): -1 | 0 | 1 {
    const scale = Math.max(this.scale, other.scale)
    const [left, right] = [this.unitsAt(scale), other.unitsAt(scale)]
    if (left === right) return 0
    return left < right ? -1 : 1
  }

  eq(other: DecimalNumber): boolean {
    return this.scale === other.scale && this.units === other.units
  }

  lt(other: DecimalNumber): boolean {
    return this.cmp(other) < 0
  }

  lte(other: DecimalNumber): boolean {
    return this.cmp(other) <= 0
  }

  gt(other: DecimalNumber): boolean {
    return this.cmp(other) > 0
  }

  gte(other: DecimalNumber): boolean {
    return this.cmp(other) >= 0
  }

  /** To so many fraction digits, half away from zero. */
  round(digits: number): DecimalNumber {
    return this.scale <= digits ? this : this.over(one, digits, 'half_away_from_zero')
  }

  /** The quotient, rounded once to so many fraction digits: the whole remainder decides. */
  over(divisor: DecimalNumber, digits: number, rounding: IntegerRounding): DecimalNumber {
    const shift = digits + divisor.scale - this.scale
    const [dividend, by] = [raise(this.units, Math.max(shift, 0)), raise(divisor.units, Math.max(-shift, 0))]
    return new DecimalNumber(divide(dividend, by, rounding), digits)
  }

  /** The number's integer with so many fraction digits, which are at least its own. */
  unitsAt(scale: number): Integer {
    assert(scale >= this.scale, 'no digit is lost')
    return raise(this.units, scale - this.scale)
  }

  /** Plain notation; with `digits` rounded to just so many. */
  toFixed(digits?: number): string {
    if (digits === undefined) return plain(this.units, this.scale)
    return plain(this.round(digits).unitsAt(digits), digits)
  }

  toString(): string {
    return this.toFixed()
  }

  toJSON(): string {
    return this.toFixed()
  }

  /** What `<` and `+` would ask for: they do not calculate with decimals. */
  valueOf(): never {
    throw new TypeError('a decimal has no value as a number')
  }
}

const one = new DecimalNumber(1, 0)

function endsInZero(units: Integer): boolean {
  return typeof units === 'number' ? units % 10 === 0 : units % 10n === 0n
}

function plain(units: Integer, scale: number): string {
  if (scale === 0) return String(units)
  const digits = String(absolute(units)).padStart(scale + 1, '0')
  return `${units < 0 ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}
