import type { BucketSize } from '../price/meter-terms.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import { earlier, type Period } from '../time/period.ts'
import { type ClockStretch, clockStretches } from '../time/time-zone.ts'
import type { UsageSpan } from './usage-question.ts'

/** How a window is cut: null leaves it whole. Buckets are local; months are counted from the anchor. */
export interface UsageCut {
  readonly bucketSize: BucketSize | null
  readonly timeZone: string
  readonly monthAnchor: Date
}

/**
 * A window cut into its buckets, in as few spans as hold them: usually one, with a step. Boundaries are
 * where the local clock reads a multiple of the bucket's size, days begin at local midnight, weeks on
 * Monday, months at the anchor's day and time; the first and the last bucket are clipped to the window.
 * Where the clock is put forward over a boundary, that moves to the jump; where it is put back, an hour that comes
 * twice is two buckets of an hour, while a longer bucket is longer by it (a day has 25 hours).
 */
export function usageSpans(window: Period, cut: UsageCut): UsageSpan[] {
  if (window.end <= window.start) return []
  if (cut.bucketSize === null) return [{ ...window, stepMs: null }]
  if (cut.bucketSize === 'MONTH') return months(window, cut)
  const { sizeMs, phaseMs } = steps[cut.bucketSize]
  const spans: UsageSpan[] = []
  for (const period of runs(window, cut.timeZone, { sizeMs, phaseMs })) append(spans, period, sizeMs)
  return spans
}

/** Every part of the spans, with or without usage, ascending. */
export function* partsOf(spans: readonly UsageSpan[]): Generator<Period> {
  for (const { start, end, stepMs } of spans) {
    let from = start
    while (stepMs !== null && end.getTime() - from.getTime() > stepMs) {
      const to = new Date(from.getTime() + stepMs)
      yield { start: from, end: to }
      from = to
    }
    yield { start: from, end }
  }
}

const minuteMs = 60_000
const hourMs = 60 * minuteMs
const dayMs = 24 * hourMs
/** `phaseMs` after a boundary lies the local 1 January 1970, a Thursday. */
const steps = {
  MINUTE: { sizeMs: minuteMs, phaseMs: 0 },
  '15MIN': { sizeMs: 15 * minuteMs, phaseMs: 0 },
  '30MIN': { sizeMs: 30 * minuteMs, phaseMs: 0 },
  HOUR: { sizeMs: hourMs, phaseMs: 0 },
  '3HOUR': { sizeMs: 3 * hourMs, phaseMs: 0 },
  '6HOUR': { sizeMs: 6 * hourMs, phaseMs: 0 },
  '12HOUR': { sizeMs: 12 * hourMs, phaseMs: 0 },
  DAY: { sizeMs: dayMs, phaseMs: 0 },
  WEEK: { sizeMs: 7 * dayMs, phaseMs: 3 * dayMs },
} as const satisfies Record<Exclude<BucketSize, 'MONTH'>, Step>

interface Step {
  readonly sizeMs: number
  readonly phaseMs: number
}

function months(window: Period, { monthAnchor: anchor, timeZone }: UsageCut): UsageSpan[] {
  const grid: Grid = { anchor, timeZone, period: 'MONTHLY', count: 1 }
  const spans: UsageSpan[] = []
  for (let start = window.start; start < window.end; ) {
    const end = earlier(gridIntervalAt(grid, start).end, window.end)
    spans.push({ start, end, stepMs: null })
    start = end
  }
  return spans
}

/**
 * The window as runs between boundaries: a bucket that is cut or of odd length alone, whole ones of one
 * stretch of the clock together. A bucket has a number, the local time by its size; a new one begins where the
 * number is higher than any before, so that a clock put back by less than the size begins none.
 */
function* runs(window: Period, timeZone: string, { sizeMs, phaseMs }: Step): Generator<Period> {
  const numberAt = (instantMs: number, { offsetMs }: ClockStretch): number =>
    Math.floor((instantMs + offsetMs + phaseMs) / sizeMs)
  let open = window.start.getTime()
  let highest: number | undefined
  let offsetBefore: number | undefined
  for (const stretch of clockStretches(window, timeZone)) {
    const from = stretch.start.getTime()
    const to = stretch.end.getTime()
    const number = numberAt(from, stretch)
    const isRepeated = offsetBefore !== undefined && offsetBefore - stretch.offsetMs >= sizeMs
    if (highest !== undefined && (number > highest || isRepeated)) {
      if (from > open) yield { start: new Date(open), end: new Date(from) }
      open = from
    }
    highest = highest === undefined || isRepeated ? number : Math.max(highest, number)
    const first = (highest + 1) * sizeMs - phaseMs - stretch.offsetMs
    if (first < to) {
      yield { start: new Date(open), end: new Date(first) }
      const last = first + Math.floor((to - 1 - first) / sizeMs) * sizeMs
      if (last > first) yield { start: new Date(first), end: new Date(last) }
      open = last
      highest = numberAt(last, stretch)
    }
    offsetBefore = stretch.offsetMs
  }
  yield { start: new Date(open), end: window.end }
}

/** Joins what can be: whole buckets, then one that may be shorter. */
function append(spans: UsageSpan[], next: Period, sizeMs: number): void {
  const before = spans.at(-1)
  const length = lengthMs(next)
  const isWhole = length % sizeMs === 0
  if (before && lengthMs(before) % sizeMs === 0 && (before.stepMs !== null || lengthMs(before) === sizeMs)) {
    if (isWhole || length < sizeMs) {
      spans[spans.length - 1] = { start: before.start, end: next.end, stepMs: sizeMs }
      return
    }
  }
  // A day of 25 hours is one part, and so is a lone bucket.
  spans.push({ ...next, stepMs: isWhole && length > sizeMs ? sizeMs : null })
}

function lengthMs({ start, end }: Period): number {
  return end.getTime() - start.getTime()
}
