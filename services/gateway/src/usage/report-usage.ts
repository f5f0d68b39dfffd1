import type { Scoped } from '@flexprice/database/connection'
import { aggregateUsage } from '@flexprice/database/events'
import { assert, invalid } from '@flexprice/domain'
import {
  figureOf,
  isCumulated,
  planFigure,
  planWindows,
  type ShownUsage,
  type UsageFigure,
  type WindowFigure,
  windowFigures,
} from '@flexprice/domain/cycle'
import type { BucketSize } from '@flexprice/domain/price'
import type { Period } from '@flexprice/domain/time'
import {
  allUsage,
  partsOf,
  splitAnswers,
  type UsageQuestion,
  type UsageSlice,
  type UsageSpan,
  usageSpans,
} from '@flexprice/domain/usage'

/** What a report wants to know: the usage of one customer in a time, and in each of its windows. */
export interface WantedUsage extends ShownUsage {
  readonly period: Period
  readonly cut: WindowCut
}

export interface WindowCut {
  /** Null: the time as a whole alone. */
  readonly windowSize: BucketSize | null
  readonly timeZone: string
  readonly monthAnchor: Date
}

export interface ReportedUsage extends UsageFigure {
  /** The values of what the report is split by, in its order. */
  readonly split: readonly (string | null)[]
  /** Ascending, those without usage too. */
  readonly windows: readonly WindowFigure[]
}

/** Of all that is asked at once: a month of minutes. */
export const windowsMax = 50_000
/** Of values that are computed from their beginning for each window. */
const cumulatedWindowsMax = 1_000

/**
 * The usage that is wanted, in that order, by one question to the event store: the same engine that rates.
 *
 * @throws validation_error when the windows are more than `windowsMax`
 */
export async function reportUsage(scoped: Scoped, wanted: readonly WantedUsage[]): Promise<ReportedUsage[]> {
  const reported = await reportGroups(scoped, wanted, allUsage)
  return reported.map(([whole]) => {
    assert(whole, 'what is not split is one group')
    return whole
  })
}

/**
 * The same of a part of the events, and told apart by their sources and properties: of each usage the groups that have
 * any, or the one of a report that is not split.
 */
export async function reportGroups(
  scoped: Scoped,
  wanted: readonly WantedUsage[],
  slice: UsageSlice,
): Promise<ReportedUsage[][]> {
  const questions: UsageQuestion[] = []
  const ask = (question: UsageQuestion): number => questions.push(question) - 1
  let windowsLeft = windowsMax
  const plans = wanted.map((one) => {
    const most = isCumulated(one) ? Math.min(windowsLeft, cumulatedWindowsMax) : windowsLeft
    const windows = planWindows(one, windowSpans(one, most), ask)
    windowsLeft -= windows.windows.length
    return { total: planFigure(one, one.period, ask), windows }
  })
  const answers = await aggregateUsage(scoped, questions, null, slice)
  const isSplit = slice.splitBy.length > 0
  const groups = isSplit ? splitAnswers(answers) : [{ split: [], answers }]
  if (groups.length * (windowsMax - windowsLeft) > windowsMax) {
    throw invalid([
      { path: 'group_by', message: `makes more than ${windowsMax} windows of ${groups.length} groups` },
    ])
  }
  return plans.map(({ total, windows }) =>
    groups
      .map(({ split, answers: own }) => ({
        ...{ ...figureOf(total, own), split },
        windows: windowFigures(windows, own),
      }))
      .filter(({ eventCount }) => !isSplit || eventCount > 0),
  )
}

function windowSpans({ period, cut }: WantedUsage, most: number): UsageSpan[] {
  if (cut.windowSize === null) return []
  const spans = usageSpans(period, { ...cut, bucketSize: cut.windowSize })
  let count = 0
  for (const _ of partsOf(spans)) {
    if (++count <= most) continue
    throw invalid([{ path: 'window_size', message: `makes more than ${most} windows of that time` }])
  }
  return spans
}
