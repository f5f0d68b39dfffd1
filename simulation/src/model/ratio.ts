/** An exact fraction; the denominator is positive and the two have no common divisor. */
export interface Ratio {
  readonly over: bigint
  readonly under: bigint
}

export const nothing: Ratio = { over: 0n, under: 1n }

export function ratio(over: bigint, under: bigint): Ratio {
  const divisor = commonDivisor(over < 0n ? -over : over, under < 0n ? -under : under) || 1n
  const sign = under < 0n ? -1n : 1n
  return { over: (sign * over) / divisor, under: (sign * under) / divisor }
}

export function whole(count: number): Ratio {
  return { over: BigInt(count), under: 1n }
}

/** @param text a plain decimal, as steps have it */
export function fromText(text: string): Ratio {
  const [units = '0', decimals = ''] = text.split('.')
  return ratio(BigInt(units + decimals), 10n ** BigInt(decimals.length))
}

export function plus(left: Ratio, right: Ratio): Ratio {
  return ratio(left.over * right.under + right.over * left.under, left.under * right.under)
}

export function minus(left: Ratio, right: Ratio): Ratio {
  return plus(left, { over: -right.over, under: right.under })
}

export function times(left: Ratio, right: Ratio): Ratio {
  return ratio(left.over * right.over, left.under * right.under)
}

export function over(left: Ratio, right: Ratio): Ratio {
  return ratio(left.over * right.under, left.under * right.over)
}

export function compare(left: Ratio, right: Ratio): number {
  const difference = left.over * right.under - right.over * left.under
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

export function smaller(left: Ratio, right: Ratio): Ratio {
  return compare(left, right) <= 0 ? left : right
}

export function greater(left: Ratio, right: Ratio): Ratio {
  return compare(left, right) >= 0 ? left : right
}

export function sum(all: readonly Ratio[]): Ratio {
  return all.reduce(plus, nothing)
}

/** The greatest whole number that is not above. */
export function floor({ over, under }: Ratio): bigint {
  const cut = over / under
  return over < 0n && cut * under !== over ? cut - 1n : cut
}

/** Half away from zero. */
export function round({ over, under }: Ratio): bigint {
  const sign = over < 0n ? -1n : 1n
  return sign * ((2n * sign * over + under) / (2n * under))
}

/** To the cent, as text without zeros at its end: `10.5`. */
export function centsText(cents: bigint): string {
  const digits = (cents < 0n ? -cents : cents).toString().padStart(3, '0')
  const text = `${digits.slice(0, -2)}.${digits.slice(-2)}`.replace(/\.?0+$/, '')
  return cents < 0n ? `-${text}` : text
}

function commonDivisor(left: bigint, right: bigint): bigint {
  return right === 0n ? left : commonDivisor(right, left % right)
}
