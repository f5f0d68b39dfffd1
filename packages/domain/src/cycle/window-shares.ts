import { isPositive } from '../money/decimal.ts'
import { compareRatios, divideRatios, type Ratio, sumRatios, zeroRatio } from '../money/ratio.ts'
import { netOfRuns } from './net-quantities.ts'
import type { SpentPiece } from './spend-allowances.ts'

/** A bucket, or a group of one, as a window is charged for it: its part of what all of the quantity costs at its price. */
export interface BucketShare {
  /** Of all windows of the chain. */
  readonly quantity: Ratio
  /** Null: all of it. */
  readonly share: Ratio | null
  /** What the window has of the quantity; the one value for shares of time. */
  readonly own: Ratio
}

export interface WindowShares {
  /** What was measured of the window, or of all where it is charged by its time. */
  readonly pieces: readonly SpentPiece[]
  readonly buckets: readonly BucketShare[]
}

/** Of one bucket, or of the interval, and of one group, with each window's milliseconds in it. */
export interface TimedPieces {
  readonly pieces: readonly SpentPiece[]
  readonly times: readonly number[]
}

/** Each window's part of the total as its share of it; windows that have nothing are left out: 0 costs 0. */
export function quantityShares(parts: readonly Ratio[], runs: readonly number[]): BucketShare[][] {
  const net = netOfRuns(parts, runs)
  const quantity = sumRatios(net)
  return net.map((part) => {
    if (isZero(part)) return []
    const isAll = !isPositive(quantity.numerator) || compareRatios(part, quantity) === 0
    return [{ quantity, share: isAll ? null : divideRatios(part, quantity), own: part }]
  })
}

export function isZero(value: Ratio): boolean {
  return compareRatios(value, zeroRatio) === 0
}
