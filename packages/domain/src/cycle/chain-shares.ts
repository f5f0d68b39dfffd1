import { assert } from '../assert.ts'
import { decimalFromInteger } from '../money/decimal.ts'
import { ratio, sumRatiosOf } from '../money/ratio.ts'
import type { Period } from '../time/period.ts'
import { splitsByQuantity } from '../usage/usage-measure.ts'
import { partsOf, usageSpans } from '../usage/usage-spans.ts'
import type { ChainWindow, CycleLine, MeasuredUsage } from './cycle.ts'
import { lineAt, overlap } from './line-life.ts'
import { loweredShares } from './lowered-shares.ts'
import { hullOf, lengthMs } from './period-runs.ts'
import type { SpentPiece } from './spend-allowances.ts'
import { type BucketShare, quantityShares, type TimedPieces, type WindowShares } from './window-shares.ts'

/**
 * How each of a chain's windows in one interval is charged (billing rules, section 5): by quantity, q ÷ Q, or by its
 * share of the windows' time, bucket by bucket; what an allowance has lowered, by all that it was lowered with. In the
 * order of the windows.
 */
export function chainShares(
  usage: MeasuredUsage,
  { windows, lines }: { windows: Windows; lines: readonly CycleLine[] },
  pieces: readonly SpentPiece[],
): readonly WindowShares[] {
  const buckets =
    usage.bucketSize === null ? [{ bucket: null, pieces }] : [...bucketsOf(usage, windows, pieces)]
  if (windows.length === 1) return [{ pieces, buckets: buckets.map(wholeBucket) }]
  const isByQuantity = splitsByQuantity(usage.metering.meter)
  const runs = runsOfPrices(windows, lines)
  const timed = buckets.map((one) => ({ ...one, times: timesIn(windows, one.bucket) }))
  const lowered = loweredShares(usage, timed, { isByQuantity, runs })
  const ofBuckets = timed.map((bucket) => {
    return lowered(bucket) ?? (isByQuantity ? byQuantity(bucket, runs) : byTime(bucket))
  })
  return windows.map((_, place) => {
    const own = ofBuckets.flatMap((shares) => shares[place] ?? [])
    return { pieces: own.flatMap((one) => one.pieces), buckets: own.flatMap((one) => one.buckets) }
  })
}

/** Of a chain's only window. */
function wholeBucket({ pieces }: BucketPieces): BucketShare {
  const quantity = sumRatiosOf(pieces, 'billed')
  return { quantity, share: null, own: quantity }
}

type Windows = readonly ChainWindow[]

/** Of one bucket, null where all of the interval is one, and of one group. */
interface BucketPieces {
  readonly bucket: Period | null
  readonly pieces: readonly SpentPiece[]
}

const none: WindowShares = { pieces: [], buckets: [] }

/** For each window the same number as its neighbour, if their prices are the same. */
function runsOfPrices(windows: Windows, lines: readonly CycleLine[]): number[] {
  const termsOf = (window: ChainWindow) => JSON.stringify(lineAt(lines, window.place).terms)
  let run = 0
  return windows.map((window, index) => {
    const last = windows[index - 1]
    const isSame = last?.view === window.view && termsOf(last) === termsOf(window)
    return isSame ? run : ++run
  })
}

function timesIn(windows: Windows, bucket: Period | null): number[] {
  return windows.map(({ window }) => {
    const time = bucket ? overlap(window, bucket) : window
    return time ? lengthMs(time) : 0
  })
}

function byQuantity({ pieces, times }: TimedPieces, runs: readonly number[]): WindowShares[] {
  const ofWindows = times.map((_, place) => pieces.filter(({ window }) => window === place))
  const parts = ofWindows.map((some) => sumRatiosOf(some, 'quantity'))
  const shares = quantityShares(parts, runs)
  return ofWindows.map((own, place) => ({ pieces: own, buckets: shares[place] ?? [] }))
}

function byTime({ pieces, times }: TimedPieces): WindowShares[] {
  const whole = times.reduce((sum, time) => sum + time, 0)
  const quantity = sumRatiosOf(pieces, 'billed')
  return times.map((time) => {
    if (time === 0) return none
    const share = time === whole ? null : ratio(decimalFromInteger(time), decimalFromInteger(whole))
    return { pieces, buckets: [{ quantity, share, own: quantity }] }
  })
}

/** The pieces by bucket and group: what an allowance's beginning has divided is put together. */
function* bucketsOf(
  { bucketSize, grid }: MeasuredUsage,
  windows: Windows,
  pieces: readonly SpentPiece[],
): Generator<BucketPieces> {
  assert(bucketSize !== null, 'there are buckets')
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
