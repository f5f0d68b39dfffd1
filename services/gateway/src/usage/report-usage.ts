import type { Scoped } from '@flexprice/database/connection'
import { aggregateUsage } from '@flexprice/database/events'
import { invalid } from '@flexprice/domain'
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
import { partsOf, type UsageQuestion, type UsageSpan, usageSpans } from '@flexprice/domain/usage'

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
  const questions: UsageQuestion[] = []
  const ask = (question: UsageQuestion): number => questions.push(question) - 1
  let windowsLeft = windowsMax
  const plans = wanted.map((one) => {
    const most = isCumulated(one) ? Math.min(windowsLeft, cumulatedWindowsMax) : windowsLeft
    const windows = planWindows(one, windowSpans(one, most), ask)
    windowsLeft -= windows.windows.length
    return { total: planFigure(one, one.period, ask), windows }
  })
  const answers = await aggregateUsage(scoped, questions)
  return plans.map(({ total, windows }) => ({
    ...figureOf(total, answers),
    windows: windowFigures(windows, answers),
  }))
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
