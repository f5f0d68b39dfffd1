import type { AllowanceReset } from '../entitlement/entitlement-terms.ts'
import type { AggregationType, BucketSize } from '../price/meter-terms.ts'
import type { Grid } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { earlier } from '../time/period.ts'
import { allowancePeriodAt } from '../usage/allowance.ts'
import { isAdditive } from '../usage/usage-measure.ts'
import type { UsageSpan } from '../usage/usage-question.ts'
import { partsOf, usageSpans } from '../usage/usage-spans.ts'
import { intervalsOf, overlap } from './line-life.ts'

export interface QuestionCut {
  readonly aggregation: AggregationType
  readonly bucketSize: BucketSize | null
  /** Of the limited allowances. */
  readonly resets: readonly (AllowanceReset | null)[]
  /** The subscription's, which allowances go by. */
  readonly grid: Grid
  /** The line's, whose intervals are billed. */
  readonly lineGrid: Grid
}

/**
 * The spans of one line's question: the window with its buckets, and before it, from `from` on, what only
 * counts against allowances. Usage that adds up is also cut where an allowance begins anew, so that each part
 * falls in one period of each; buckets that such a cut divides are put together again by the rating.
 * A value that does not add up (MAX, LATEST, an average) stays whole and draws on the period in which its bucket or
 * window begins. Before the window it is cut as it was billed.
 */
export function usageQuestionSpans(from: Date, window: Period, cut: QuestionCut): UsageSpan[] {
  const { aggregation, bucketSize, lineGrid } = cut
  const before = { start: from, end: window.start }
  if (isAdditive(aggregation)) {
    return [...cutAtResets(before, null, cut), ...cutAtResets(window, bucketSize, cut)]
  }
  const billed = from < window.start ? [...intervalsOf(lineGrid, before)] : []
  const windows = [...billed.flatMap((interval) => overlap(interval, before) ?? []), window]
  return windows.flatMap((one) => usageSpans(one, local(bucketSize, cut)))
}

function local(bucketSize: BucketSize | null, { grid }: QuestionCut) {
  return { bucketSize, timeZone: grid.timeZone, monthAnchor: grid.anchor }
}

function cutAtResets(window: Period, bucketSize: BucketSize | null, cut: QuestionCut): UsageSpan[] {
  const others = new Set(cut.resets.filter((reset) => reset !== 'DAILY'))
  const segments = [...others].reduce<readonly Period[]>(
    (pieces, reset) => pieces.flatMap((piece) => [...periodsIn(piece, reset, cut.grid)]),
    window.start < window.end ? [window] : [],
  )
  const buckets = segments.flatMap((segment) => usageSpans(segment, local(bucketSize, cut)))
  const isLonger = bucketSize === null || bucketSize === 'WEEK' || bucketSize === 'MONTH'
  if (!cut.resets.includes('DAILY') || !isLonger) return buckets
  return [...partsOf(buckets)].flatMap((bucket) => usageSpans(bucket, local('DAY', cut)))
}

function* periodsIn(window: Period, reset: AllowanceReset | null, grid: Grid): Generator<Period> {
  for (let start = window.start; start < window.end; ) {
    const end = earlier(allowancePeriodAt(reset, grid, start).end, window.end)
    yield { start, end }
    start = end
  }
}
