import { invalid } from '@flexprice/domain'
import {
  type FigurePlan,
  figureOf,
  isCumulated,
  planFigure,
  planWindows,
  type ShownUsage,
  type UsageFigure,
  type WindowFigure,
  type WindowsPlan,
  windowFigures,
} from '@flexprice/domain/cycle'
import type { BucketSize } from '@flexprice/domain/price'
import type { Period } from '@flexprice/domain/time'
import {
  partsOf,
  type UsageAnswer,
  type UsageQuestion,
  type UsageSpan,
  usageSpans,
} from '@flexprice/domain/usage'

/** What a report wants to know: the usage of a customer, or of all of them, in a time, and in each of its windows. */
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

/** The questions of a report, and how its figures come about from their answers. */
export interface ReportPlan {
  readonly questions: readonly UsageQuestion[]
  readonly windows: number
  /** Of all that is wanted, in its order. */
  readonly figures: readonly PlannedReport[]
}

interface PlannedReport {
  readonly total: FigurePlan
  readonly windows: WindowsPlan
}

/** Of all that is asked at once: a month of minutes. */
export const windowsMax = 50_000
/** Of values that are computed from their beginning for each window. */
const cumulatedWindowsMax = 1_000

/** @throws validation_error when the windows are more than `windowsMax` */
export function planReport(wanted: readonly WantedUsage[]): ReportPlan {
  const questions: UsageQuestion[] = []
  const ask = (question: UsageQuestion): number => questions.push(question) - 1
  let windowsLeft = windowsMax
  const figures = wanted.map((one) => {
    const most = isCumulated(one) ? Math.min(windowsLeft, cumulatedWindowsMax) : windowsLeft
    const windows = planWindows(one, windowSpans(one, most), ask)
    windowsLeft -= windows.windows.length
    return { total: planFigure(one, one.period, ask), windows }
  })
  return { questions, windows: windowsMax - windowsLeft, figures }
}

/** @param answers to the plan's questions, by their places */
export function reportedUsage(
  { total, windows }: PlannedReport,
  answers: readonly UsageAnswer[],
): ReportedUsage {
  return { ...figureOf(total, answers), windows: windowFigures(windows, answers) }
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
