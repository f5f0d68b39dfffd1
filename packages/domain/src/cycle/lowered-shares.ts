import { decimalFromInteger, isNegative } from '../money/decimal.ts'
import {
  addRatios,
  compareRatios,
  divideRatios,
  multiplyRatios,
  type Ratio,
  ratio,
  scaleRatio,
  sumRatios,
  zeroRatio,
} from '../money/ratio.ts'
import type { Period } from '../time/period.ts'
import { allowancePeriodAt } from '../usage/allowance.ts'
import type { MeasuredUsage } from './cycle.ts'
import { netOfRuns } from './net-quantities.ts'
import type { SpentPiece } from './spend-allowances.ts'
import {
  type BucketShare,
  isZero,
  quantityShares,
  type TimedPieces,
  type WindowShares,
} from './window-shares.ts'

interface Sharing {
  readonly isByQuantity: boolean
  /** Equal for neighbouring windows of one price. */
  readonly runs: readonly number[]
}

/** What is lowered together: a day by DAILY allowances, the interval by any other. */
interface LoweredTime {
  isLowered: boolean
  /** What each window has in it before allowances. */
  readonly gross: Ratio[]
  readonly times: number[]
}

/**
 * How the windows share a bucket in whose time an allowance has taken something off; nothing of another. Which of
 * the windows it was taken off is chance: it is spent in order of time. So each bears, in every bucket of that time,
 * its part of what the windows have in it before allowances, and that part of what was free.
 */
export function loweredShares<Pieces extends TimedPieces>(
  usage: MeasuredUsage,
  buckets: readonly Pieces[],
  sharing: Sharing,
): (bucket: Pieces) => WindowShares[] | undefined {
  // One value for all of the interval is shared by its time, however much of it is free.
  const isOneValue = usage.bucketSize === null && !sharing.isByQuantity
  if (isOneValue || usage.metering.allowances.length === 0) return () => undefined
  const { timeOf, times } = loweredTimes(usage, buckets, sharing)
  const partsOf = new Map(times.map((time) => [time, partsIn(time, sharing)]))
  return (bucket) => {
    const own = bucket.pieces.map((piece) => {
      const time = timeOf(piece)
      return { piece, time, parts: (time && partsOf.get(time)) ?? [] }
    })
    if (!own.some(({ time }) => time?.isLowered)) return undefined
    const billed = bucketShares(own, bucket.times, sharing)
    return bucket.times.map((_, place) => ({
      pieces: own.map(({ piece, parts }) =>
        partOf(piece, parts[place] ?? zeroRatio, { bucket, place, sharing }),
      ),
      buckets: billed[place] ?? [],
    }))
  }
}

interface PartedPiece {
  readonly piece: SpentPiece
  readonly time: LoweredTime | undefined
  readonly parts: readonly Ratio[]
}

/** The parts are the shares of a bucket in one time; a longer bucket is the sum of its days. */
function bucketShares(
  own: readonly PartedPiece[],
  times: readonly number[],
  { runs }: Sharing,
): BucketShare[][] {
  const [first] = own
  if (first === undefined || own.some(({ time }) => time !== first.time)) {
    const sumAt = (place: number) =>
      sumRatios(own.map(({ piece, parts }) => multiplyRatios(piece.billed, parts[place] ?? zeroRatio)))
    return quantityShares(
      times.map((_, place) => sumAt(place)),
      runs,
    )
  }
  const quantity = sumRatios(own.map(({ piece }) => piece.billed))
  if (isZero(quantity)) return []
  return first.parts.map((part) => {
    if (isZero(part)) return []
    const share = compareRatios(part, whole) === 0 ? null : part
    return [{ quantity, share, own: share ? multiplyRatios(quantity, share) : quantity }]
  })
}

/** What one window is told of a piece: its own quantity and events, and its part of what was free. */
function partOf(
  piece: SpentPiece,
  part: Ratio,
  { bucket, place, sharing }: { bucket: TimedPieces; place: number; sharing: Sharing },
): SpentPiece {
  const quantity = grossAt(piece, bucket, { place, sharing })
  const used = piece.used.map((one) => multiplyRatios(one, part))
  const isOwn = sharing.isByQuantity ? piece.window === place : bucket.times[place] !== 0
  const told = { ...piece, quantity, used }
  if (isOwn) return told
  const { oddEventIds: _, missing: __, ...foreign } = told
  return { ...foreign, eventCount: 0, notNumeric: 0 }
}

function grossAt(
  { window, quantity }: SpentPiece,
  { times }: TimedPieces,
  { place, sharing }: { place: number; sharing: Sharing },
): Ratio {
  if (sharing.isByQuantity) return window === place ? quantity : zeroRatio
  return multiplyRatios(quantity, timeShare(times, place))
}

function loweredTimes(usage: MeasuredUsage, buckets: readonly TimedPieces[], sharing: Sharing) {
  const { allowances } = usage.metering
  const taken = takenBySlot(buckets)
  const isWhole = taken.some(({ used }) =>
    used.some((one, index) => !isZero(one) && allowances[index]?.reset !== 'DAILY'),
  )
  let day: Period | undefined
  const keyOf = ({ start }: SpentPiece): number => {
    if (isWhole) return 0
    if (!day || start < day.start || start >= day.end) day = allowancePeriodAt('DAILY', usage.grid, start)
    return day.start.getTime()
  }
  const times = new Map<number, LoweredTime>()
  for (const bucket of buckets) {
    for (const piece of bucket.pieces) {
      const key = keyOf(piece)
      const time = times.get(key) ?? {
        isLowered: false,
        gross: bucket.times.map(() => zeroRatio),
        times: bucket.times.map(() => 0),
      }
      times.set(key, time)
      for (const [place, ms] of bucket.times.entries()) {
        time.gross[place] = addRatios(
          time.gross[place] ?? zeroRatio,
          grossAt(piece, bucket, { place, sharing }),
        )
        time.times[place] = (time.times[place] ?? 0) + ms
      }
    }
  }
  for (const { piece, used } of taken) {
    const time = times.get(keyOf(piece))
    if (time && used.some((one) => !isZero(one))) time.isLowered = true
  }
  return { timeOf: (piece: SpentPiece) => times.get(keyOf(piece)), times: [...times.values()] }
}

/** What was taken of each slot and group, all windows together: no edit moves that. */
function takenBySlot(buckets: readonly TimedPieces[]) {
  return buckets.flatMap(({ pieces }) =>
    [...Map.groupBy(pieces, ({ start }) => start.getTime()).values()].flatMap((slot) => {
      const [piece] = slot
      if (!piece) return []
      return [
        {
          piece,
          used: piece.used.map((_, index) => sumRatios(slot.map(({ used }) => used[index] ?? zeroRatio))),
        },
      ]
    }),
  )
}

/** q ÷ Q of each window; of usage that comes to nothing, its part of the time. */
function partsIn({ gross, times }: LoweredTime, { runs }: Sharing): Ratio[] {
  const net = netOfRuns(gross, runs)
  const total = sumRatios(net)
  if (isZero(total)) return times.map((_, place) => timeShare(times, place))
  // Below 0 all of them are: the quotients are those of what they are below it.
  const sign = decimalFromInteger(isNegative(total.numerator) ? -1 : 1)
  return net.map((one) => divideRatios(scaleRatio(one, sign), scaleRatio(total, sign)))
}

const whole = ratio(decimalFromInteger(1), decimalFromInteger(1))

function timeShare(times: readonly number[], place: number): Ratio {
  const all = times.reduce((sum, time) => sum + time, 0)
  const time = times[place] ?? 0
  if (time === 0 || time === all) return time === 0 ? zeroRatio : whole
  return ratio(decimalFromInteger(time), decimalFromInteger(all))
}
