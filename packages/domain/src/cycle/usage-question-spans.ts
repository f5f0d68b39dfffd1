import type { AllowanceReset } from '../entitlement/entitlement-terms.ts'
import type { AggregationType, BucketSize } from '../price/meter-terms.ts'
import type { Grid } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { earlier } from '../time/period.ts'
import { allowancePeriodAt } from '../usage/allowance.ts'
import { cutSpans } from '../usage/cut-spans.ts'
import { isAdditive } from '../usage/usage-measure.ts'
import type { UsageSpan } from '../usage/usage-question.ts'
import { partsOf, usageSpans } from '../usage/usage-spans.ts'
import type { UsageStretch } from './cycle.ts'
import { intervalsOf, overlap } from './line-life.ts'
import { hullOf } from './period-runs.ts'

export interface QuestionCut {
  readonly aggregation: AggregationType
  readonly bucketSize: BucketSize | null
  /** Of the limited allowances. */
  readonly resets: readonly (AllowanceReset | null)[]
  /** The subscription's, which allowances go by. */
  readonly grid: Grid
  /** The lines', whose intervals are billed. */
  readonly lineGrid: Grid
}

/**
 * The times of one chain's question: what is billed with its buckets, and before it what only counts against
 * allowances. Usage that adds up is also cut where an allowance begins anew, so that each slot falls in one period
 * of each; buckets that such a cut divides are put together again by the rating.
 * A value that does not add up (MAX, LATEST, an average) stays whole and draws on the period in which its bucket or
 * interval begins. Before what is billed it is cut as it was billed.
 */
export function usageStretches(
  before: readonly Period[],
  billed: readonly Period[],
  cut: QuestionCut,
): UsageStretch[] {
  const { aggregation, bucketSize, lineGrid } = cut
  if (isAdditive(aggregation)) {
    return [
      ...stretchOf(before, (hull) => cutAtResets(hull, null, cut)),
      ...stretchOf(billed, (hull) => cutAtResets(hull, bucketSize, cut)),
    ]
  }
  const spansOf = (hull: Period) => usageSpans(hull, local(bucketSize, cut))
  const intervals = before.length > 0 ? [...intervalsOf(lineGrid, hullOf(before))] : []
  const wereBilled = intervals.map((interval) => before.flatMap((one) => overlap(one, interval) ?? []))
  return [...wereBilled, billed].flatMap((periods) => stretchOf(periods, spansOf))
}

/** The spans to ask for: of a stretch in one piece, the common case, its slots as they are. */
export function spansOfStretches(stretches: readonly UsageStretch[], cut: QuestionCut): UsageSpan[] {
  const { aggregation } = cut
  const joins = !isAdditive(aggregation) && aggregation !== 'WEIGHTED_SUM'
  return stretches.flatMap(({ periods, slots }) =>
    periods.length === 1 ? slots : cutSpans(slots, periods, { joins }),
  )
}

function stretchOf(
  periods: readonly Period[],
  slotsOf: (hull: Period) => readonly UsageSpan[],
): UsageStretch[] {
  return periods.length === 0 ? [] : [{ periods, slots: slotsOf(hullOf(periods)) }]
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
