import type { Scoped } from '@flexprice/database/connection'
import { aggregateUsage } from '@flexprice/database/events'
import { invalid } from '@flexprice/domain'
import { type Ratio, sumRatios } from '@flexprice/domain/money'
import type { BucketSize } from '@flexprice/domain/price'
import type { Period } from '@flexprice/domain/time'
import {
  type NotNumeric,
  notNumericIn,
  partsOf,
  type UsageAnswer,
  type UsageMeasure,
  type UsagePart,
  type UsageSpan,
  usageSpans,
} from '@flexprice/domain/usage'

/** What a report wants to know: one measure of one customer in a time, and in each of its windows. */
export interface WantedUsage {
  readonly externalCustomerId: string
  readonly measure: UsageMeasure
  /** Parts of which the usage is the sum (billing rules, section 3); null: none. */
  readonly bucketSize: BucketSize | null
  readonly period: Period
  readonly cut: WindowCut
}

export interface WindowCut {
  /** Null: the time as a whole alone. */
  readonly windowSize: BucketSize | null
  readonly timeZone: string
  readonly monthAnchor: Date
}

export interface ReportedUsage {
  readonly quantity: Ratio
  readonly eventCount: number
  readonly notNumeric: NotNumeric
  /** Ascending, those without usage too. */
  readonly windows: readonly WindowUsage[]
}

export interface WindowUsage extends Period {
  readonly quantity: Ratio
  readonly eventCount: number
}

/** Of all that is asked at once: a month of minutes. */
export const windowsMax = 50_000

/**
 * The usage that is wanted, in that order, by one question to the event store: the same engine that rates.
 *
 * @throws validation_error when the windows are more than `windowsMax`
 */
export async function reportUsage(scoped: Scoped, wanted: readonly WantedUsage[]): Promise<ReportedUsage[]> {
  let windowsLeft = windowsMax
  const cuts = wanted.map((one) => {
    const windows = windowsOf(one, windowsLeft)
    windowsLeft -= windows.length
    return windows
  })
  const questions = wanted.flatMap((one, index) => [
    { ...questionOf(one), spans: usageSpans(one.period, bucketCut(one)) },
    { ...questionOf(one), spans: windowSpans(one, cuts[index] ?? []) },
  ])
  const answers = await aggregateUsage(scoped, questions)
  return wanted.map((_, index) => ({
    ...totalOf(answers[2 * index]),
    windows: withUsage(cuts[index] ?? [], answers[2 * index + 1]),
  }))
}

function questionOf({ externalCustomerId, measure }: WantedUsage) {
  // A weighted sum is the mean of its own window.
  return { externalCustomerId, measure, wholeMs: null }
}

function windowsOf({ period, cut }: WantedUsage, most: number): Period[] {
  if (cut.windowSize === null) return []
  const windows: Period[] = []
  for (const window of partsOf(usageSpans(period, { ...cut, bucketSize: cut.windowSize }))) {
    windows.push(window)
    if (windows.length > most) {
      const message = `makes more than ${windowsMax} windows of that time`
      throw invalid([{ path: 'window_size', message }])
    }
  }
  return windows
}

function bucketCut({ bucketSize, cut }: WantedUsage) {
  return { bucketSize, timeZone: cut.timeZone, monthAnchor: cut.monthAnchor }
}

/** Windows are cut at their own boundaries, and in each at its buckets': a bucket longer than a window is a part of each. */
function windowSpans(wanted: WantedUsage, windows: readonly Period[]): UsageSpan[] {
  const { bucketSize, cut, period } = wanted
  if (cut.windowSize === null) return []
  if (bucketSize === null) return usageSpans(period, { ...cut, bucketSize: cut.windowSize })
  return windows.flatMap((window) => usageSpans(window, bucketCut(wanted)))
}

function totalOf(answer: UsageAnswer | undefined): Omit<ReportedUsage, 'windows'> {
  const parts = answer?.parts ?? []
  return {
    quantity: sumRatios(parts.map(({ quantity }) => quantity)),
    eventCount: parts.reduce((sum, { eventCount }) => sum + eventCount, 0),
    notNumeric: notNumericIn(parts),
  }
}

/** Both ascend, and no part reaches over a window's end. */
function withUsage(windows: readonly Period[], answer: UsageAnswer | undefined): WindowUsage[] {
  const parts = answer?.parts ?? []
  let next = 0
  return windows.map((window) => {
    const within: UsagePart[] = []
    for (let part = parts[next]; part && part.start < window.end; part = parts[++next]) within.push(part)
    const { quantity, eventCount } = totalOf({ parts: within })
    return { start: window.start, end: window.end, quantity, eventCount }
  })
}
