import { type Ratio, subtractRatios, sumRatios } from '../money/ratio.ts'
import type { BucketSize } from '../price/meter-terms.ts'
import type { Grid } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { later } from '../time/period.ts'
import type { UsageAnswer, UsageMeasure, UsageQuestion, UsageSpan } from '../usage/usage-question.ts'
import { partsOf, type UsageCut, usageSpans } from '../usage/usage-spans.ts'
import { type ValueGaps, valueGapsIn } from '../usage/value-gaps.ts'
import { intervalsOf, overlap } from './line-life.ts'

/** Where a customer's usage of a meter is billed: its windows are cut there, and a running value begins there. */
export interface UsageFrame {
  /** The subscription's start. */
  readonly start: Date
  /** The line's own. */
  readonly grid: Grid
}

/** Usage to be shown: of a meter as its line bills it, or of a measure that a request has made up. */
export interface ShownUsage {
  /** Null: every customer's. */
  readonly externalCustomerId: string | null
  readonly measure: UsageMeasure
  readonly bucketSize: BucketSize | null
  /** Of a meter with `reset_usage` NEVER. */
  readonly isRunning: boolean
  /** Null where no subscription of the customer bills it. */
  readonly frame: UsageFrame | null
  /** How buckets are cut where there is no frame. */
  readonly cut: Omit<UsageCut, 'bucketSize'>
}

/** Places of questions whose answers make one figure: those of `plus`, less those of `minus`. */
export interface FigurePlan {
  readonly plus: readonly number[]
  readonly minus: readonly number[]
}

/** What a window's usage came to. */
export interface UsageFigure {
  readonly quantity: Ratio
  readonly eventCount: number
  readonly gaps: ValueGaps
}

/** Of one of a report's windows. */
export interface WindowFigure extends Period {
  readonly quantity: Ratio
  readonly eventCount: number
}

/** Gives a question its place among those that are asked together. */
export type Ask = (question: UsageQuestion) => number

/**
 * Asks for the usage of a window as the bill does (`planUsage`), but for prices and allowances, so that the same meter
 * over the same window is the same figure wherever it is shown (billing rules, section 4): a value that runs on is
 * the one at the window's end, since the subscription began; a weighted sum is a share of the whole interval of the
 * grid, and where it runs on it is what that has grown in the window.
 */
export function planFigure(usage: ShownUsage, window: Period, ask: Ask): FigurePlan {
  if (!usage.isRunning) {
    return { plus: spanQuestions(usage, [{ ...window, stepMs: null }]).map(ask), minus: [] }
  }
  const start = runningSince(usage)
  const runs = { start: later(window.start, start), end: window.end }
  if (runs.start >= runs.end) return { plus: [], minus: [] }
  const { externalCustomerId, measure } = usage
  const value = (end: Date, wholeMs: number | null) =>
    ask({ externalCustomerId, measure, wholeMs, spans: [{ start, end, stepMs: null }] })
  if (!isShare(usage)) return { plus: [value(runs.end, null)], minus: [] }
  const shares = pieces(usage, runs)
  return {
    plus: shares.map(({ piece, wholeMs }) => value(piece.end, wholeMs)),
    minus: shares.flatMap(({ piece, wholeMs }) => (piece.start > start ? [value(piece.start, wholeMs)] : [])),
  }
}

/** @param answers to all that was asked, by their places */
export function figureOf({ plus, minus }: FigurePlan, answers: readonly UsageAnswer[]): UsageFigure {
  const partsAt = (places: readonly number[]) => places.flatMap((place) => answers[place]?.parts ?? [])
  const quantityAt = (places: readonly number[]) => sumRatios(partsAt(places).map(({ quantity }) => quantity))
  // Each of the values that run on is of all events before: the last one's are those of the others too.
  const counted = partsAt(minus.length > 0 ? plus.slice(-1) : plus)
  return {
    quantity: minus.length > 0 ? subtractRatios(quantityAt(plus), quantityAt(minus)) : quantityAt(plus),
    eventCount: counted.reduce((sum, { eventCount }) => sum + eventCount, 0),
    gaps: valueGapsIn(counted),
  }
}

/**
 * The usage of windows that each begin anew, in as few questions as hold it: the parts of all of them are the windows',
 * or parts of these.
 */
export function spanQuestions(usage: ShownUsage, windows: readonly UsageSpan[]): UsageQuestion[] {
  const { externalCustomerId, measure, bucketSize } = usage
  if (bucketSize === null && !isShare(usage)) {
    return [{ externalCustomerId, measure, wholeMs: null, spans: windows }]
  }
  const all = [...partsOf(windows)].flatMap((window) => pieces(usage, window))
  return [...Map.groupBy(all, ({ wholeMs }) => wholeMs)].map(([wholeMs, alike]) => ({
    ...{ externalCustomerId, measure, wholeMs },
    spans: alike.flatMap(({ piece }) => bucketSpans(usage, piece)),
  }))
}

/** Where no subscription bills it, a value has run since events have an instant. */
export function runningSince({ frame }: ShownUsage): Date {
  return frame?.start ?? new Date(0)
}

interface Piece {
  readonly piece: Period
  readonly wholeMs: number | null
}

/** A weighted sum is cut into the intervals whose share it is; all else is whole. */
function pieces(usage: ShownUsage, window: Period): Piece[] {
  if (!isShare(usage)) return [{ piece: window, wholeMs: null }]
  if (usage.frame === null) return [{ piece: window, wholeMs: lengthMs(window) }]
  return [...intervalsOf(usage.frame.grid, window)].flatMap((interval) => {
    const piece = overlap(interval, window)
    return piece ? [{ piece, wholeMs: lengthMs(interval) }] : []
  })
}

/** In buckets each is its own whole. */
function isShare({ measure, bucketSize }: ShownUsage): boolean {
  return measure.aggregation === 'WEIGHTED_SUM' && bucketSize === null
}

function bucketSpans({ bucketSize, frame, cut }: ShownUsage, window: Period): UsageSpan[] {
  const billed = frame && { timeZone: frame.grid.timeZone, monthAnchor: frame.grid.anchor }
  return usageSpans(window, { bucketSize, ...(billed ?? cut) })
}

function lengthMs({ start, end }: Period): number {
  return end.getTime() - start.getTime()
}
