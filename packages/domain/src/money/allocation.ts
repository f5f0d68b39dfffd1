import { assert } from '../assert.ts'
import { type Decimal, equalDecimals, isNegative, sumDecimals } from './decimal.ts'
import { fromUnits, isWholeUnits, toUnits } from './money.ts'

/** What an amount is shared over, by weight: an invoice line with what is left of its amount. */
export interface AllocationTarget {
  readonly id: string
  /** In whole minor units, at least 0. */
  readonly weight: Decimal
}

/**
 * Shares an amount in proportion to the weights, by largest remainder, ties to the smaller id: no unit
 * is lost or made (billing rules, section 1). The answer is in the order of the targets. No share
 * exceeds its weight while the amount does not exceed their sum. Targets without any weight can only
 * share 0.
 */
export function allocate(
  amount: Decimal,
  targets: readonly AllocationTarget[],
  currency: string,
): { readonly id: string; readonly share: Decimal }[] {
  assert(!isNegative(amount), 'an amount to share is not negative')
  for (const target of targets) assertWeight(target, currency)
  // As an invoice that is paid whole: to each its own, and nothing to divide.
  if (equalDecimals(amount, sumDecimals(targets.map(({ weight }) => weight))))
    return targets.map(({ id, weight }) => ({ id, share: weight }))
  const units = toUnits(amount, currency)
  const parts = wholeParts(units, targets, currency)
  let left = units - parts.reduce((sum, { share }) => sum + share, 0n)
  assert(left >= 0n && left <= BigInt(targets.length), 'an amount is shared over lines that have a weight')
  for (const part of [...parts].sort(byRemainder)) {
    if (left === 0n) break
    part.share++
    left--
  }
  return parts.map(({ id, share }) => ({ id, share: fromUnits(share, currency) }))
}

function assertWeight({ id, weight }: AllocationTarget, currency: string): void {
  assert(!isNegative(weight), () => `the weight of ${id} is not negative`)
  assert(isWholeUnits(weight, currency), () => `the weight of ${id} is in whole units of ${currency}`)
}

interface Part {
  readonly id: string
  readonly remainder: bigint
  share: bigint
}

function wholeParts(units: bigint, targets: readonly AllocationTarget[], currency: string): Part[] {
  const weights = targets.map(({ id, weight }) => ({ id, weight: toUnits(weight, currency) }))
  const total = weights.reduce((sum, { weight }) => sum + weight, 0n)
  assert(total > 0n || units === 0n, 'an amount is shared over lines that have a weight')
  const divisor = total > 0n ? total : 1n
  return weights.map(({ id, weight }) => {
    const product = units * weight
    return { id, share: product / divisor, remainder: product % divisor }
  })
}

function byRemainder(left: Part, right: Part): number {
  if (left.remainder !== right.remainder) return left.remainder > right.remainder ? -1 : 1
  return left.id < right.id ? -1 : 1
}
