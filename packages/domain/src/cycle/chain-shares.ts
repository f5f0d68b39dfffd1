import { decimalFromInteger, isPositive } from '../money/decimal.ts'
import { compareRatios, divideRatios, type Ratio, ratio, sumRatios, zeroRatio } from '../money/ratio.ts'
import type { Period } from '../time/period.ts'
import { splitsByQuantity } from '../usage/usage-measure.ts'
import { partsOf, usageSpans } from '../usage/usage-spans.ts'
import type { ChainWindow, MeasuredUsage } from './cycle.ts'
import { overlap } from './line-life.ts'
import { netQuantities } from './net-quantities.ts'
import { hullOf, lengthMs } from './period-runs.ts'
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

/**
 * How each of a chain's windows in one interval is charged (billing rules, section 5): by quantity, q ÷ Q, or by its
 * share of the windows' time, bucket by bucket. In the order of the windows.
 */
export function chainShares(
  usage: MeasuredUsage<unknown>,
  windows: Windows,
  pieces: readonly SpentPiece[],
): readonly WindowShares[] {
  if (windows.length === 1) {
    const quantities = [...bucketsOf(usage, windows, pieces)].map((one) =>
      sumRatios(one.pieces.map(({ billed }) => billed)),
    )
    return [{ pieces, buckets: quantities.map((quantity) => ({ quantity, share: null, own: quantity })) }]
  }
  const sharesOf = splitsByQuantity(usage.metering.meter) ? byQuantity : byTime
  const ofBuckets = [...bucketsOf(usage, windows, pieces)].map((bucket) => sharesOf(windows, bucket))
  return windows.map((_, place) => {
    const own = ofBuckets.flatMap((shares) => shares[place] ?? [])
    return { pieces: own.flatMap((one) => one.pieces), buckets: own.flatMap((one) => one.buckets) }
  })
}

type Windows = readonly ChainWindow<unknown>[]

/** Of one bucket, null where all of the interval is one, and of one group. */
interface BucketPieces {
  readonly bucket: Period | null
  readonly pieces: readonly SpentPiece[]
}

const none: WindowShares = { pieces: [], buckets: [] }

function byQuantity(windows: Windows, { pieces }: BucketPieces): WindowShares[] {
  const ofWindows = windows.map((_, place) => pieces.filter(({ window }) => window === place))
  const net = netQuantities(ofWindows.map((some) => sumRatios(some.map(({ billed }) => billed))))
  const quantity = sumRatios(net)
  return ofWindows.map((own, place) => {
    const part = net[place]
    if (!part || compareRatios(part, zeroRatio) === 0) return { pieces: own, buckets: [] }
    const isAll = !isPositive(quantity.numerator) || compareRatios(part, quantity) === 0
    const share = isAll ? null : divideRatios(part, quantity)
    return { pieces: own, buckets: [{ quantity, share, own: part }] }
  })
}

function byTime(windows: Windows, { bucket, pieces }: BucketPieces): WindowShares[] {
  const times = windows.map(({ window }) => {
    const time = bucket ? overlap(window, bucket) : window
    return time ? lengthMs(time) : 0
  })
  const whole = times.reduce((sum, time) => sum + time, 0)
  const quantity = sumRatios(pieces.map(({ billed }) => billed))
  return times.map((time) => {
    if (time === 0) return none
    const share = time === whole ? null : ratio(decimalFromInteger(time), decimalFromInteger(whole))
    return { pieces, buckets: [{ quantity, share, own: quantity }] }
  })
}

/** The pieces by bucket and group: what an allowance's beginning has divided is put together. */
function* bucketsOf(
  { bucketSize, grid }: MeasuredUsage<unknown>,
  windows: Windows,
  pieces: readonly SpentPiece[],
): Generator<BucketPieces> {
  if (bucketSize === null) {
    yield { bucket: null, pieces }
    return
  }
  const cut = { bucketSize, timeZone: grid.timeZone, monthAnchor: grid.anchor }
  const buckets = partsOf(usageSpans(hullOf(windows.map(({ window }) => window)), cut))
  let bucket = buckets.next()
  let groups = new Map<string | null, SpentPiece[]>()
  for (const piece of pieces) {
    while (!bucket.done && piece.start >= bucket.value.end) {
      for (const some of groups.values()) yield { bucket: bucket.value, pieces: some }
      groups = new Map()
      bucket = buckets.next()
    }
    const some = groups.get(piece.group)
    if (some) some.push(piece)
    else groups.set(piece.group, [piece])
  }
  for (const some of groups.values()) yield { bucket: bucket.done ? null : bucket.value, pieces: some }
}
