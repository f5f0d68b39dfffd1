import { addRatios, type Ratio, zeroRatio } from '../money/ratio.ts'
import type { Period } from '../time/period.ts'
import type { UsageAnswer, UsagePart } from '../usage/usage-question.ts'
import { weighed } from './carried-parts.ts'
import { intervalsOf, overlap } from './line-life.ts'
import { lengthMs } from './period-runs.ts'
import type { Ask, ShownUsage, WindowFigure } from './usage-figure.ts'

/** How the figures of windows come about whose value goes on from one into the next. */
export interface CarriedPlan {
  readonly isWeighted: boolean
  /** Ascending; a window has one for each interval that it touches. */
  readonly pieces: readonly CarriedPiece[]
  /** Questions whose parts are pieces, by their places; of a weighted value the plain sums of the same, too. */
  readonly values: readonly number[]
  readonly sums: readonly number[]
}

interface CarriedPiece {
  /** Its place among the windows. */
  readonly window: number
  readonly piece: Period
  /** What a weighted value is a share of. */
  readonly wholeMs: number
  /** The value begins anew: with the report, and with each interval in which it is billed. */
  readonly isFirst: boolean
}

/** The last value and a weighted one are states: in windows within what bills them they are what they were then. */
export function isCarried({ isRunning, measure, bucketSize }: ShownUsage): boolean {
  const isState = measure.aggregation === 'LATEST' || measure.aggregation === 'WEIGHTED_SUM'
  return isState && !isRunning && bucketSize === null
}

/** @param windows ascending, without gaps */
export function planCarried(usage: ShownUsage, windows: readonly Period[], ask: Ask): CarriedPlan {
  const { externalCustomerId, measure } = usage
  const isWeighted = measure.aggregation === 'WEIGHTED_SUM'
  const pieces = windows.flatMap((window, index) => piecesOf(usage, window, index))
  const values: number[] = []
  const sums: number[] = []
  for (const [wholeMs, alike] of Map.groupBy(pieces, (one) => (isWeighted ? one.wholeMs : null))) {
    const spans = alike.map(({ piece }) => ({ ...piece, stepMs: null }))
    values.push(ask({ externalCustomerId, measure, wholeMs, spans }))
    const sum = { ...measure, aggregation: 'SUM' } as const
    if (isWeighted) sums.push(ask({ externalCustomerId, measure: sum, wholeMs: null, spans }))
  }
  return { isWeighted, pieces, values, sums }
}

function piecesOf({ frame }: ShownUsage, window: Period, index: number): CarriedPiece[] {
  const isStart = index === 0
  if (frame === null) return [{ window: index, piece: window, wholeMs: lengthMs(window), isFirst: isStart }]
  return [...intervalsOf(frame.grid, window)].flatMap((interval, place) => {
    const piece = overlap(interval, window)
    if (!piece) return []
    const isFirst = (isStart && place === 0) || piece.start <= interval.start
    return [{ window: index, piece, wholeMs: lengthMs(interval), isFirst }]
  })
}

/** Each window's value: the last one by its end, or what a weighted one has grown in it. */
export function carriedFigures(
  { isWeighted, pieces, values, sums }: CarriedPlan,
  windows: readonly Period[],
  answers: readonly UsageAnswer[],
): WindowFigure[] {
  const partAt = byStart(values, answers)
  const sumAt = byStart(sums, answers)
  const figures = windows.map(({ start, end }) => ({ start, end, quantity: zeroRatio, eventCount: 0 }))
  let carried = zeroRatio
  for (const { window, piece, wholeMs, isFirst } of pieces) {
    const figure = figures[window]
    if (!figure) continue
    if (isFirst) carried = zeroRatio
    const part = partAt.get(piece.start.getTime())
    if (isWeighted) {
      const grown = addRatios(weighed(carried, lengthMs(piece), wholeMs), part?.quantity ?? zeroRatio)
      figure.quantity = addRatios(figure.quantity, grown)
      carried = addRatios(carried, sumAt.get(piece.start.getTime())?.quantity ?? zeroRatio)
    } else {
      carried = lastValue(part) ?? carried
      figure.quantity = carried
    }
    figure.eventCount += part?.eventCount ?? 0
  }
  return figures
}

function byStart(places: readonly number[], answers: readonly UsageAnswer[]): ReadonlyMap<number, UsagePart> {
  const parts = places.flatMap((place) => answers[place]?.parts ?? [])
  return new Map(parts.map((part) => [part.start.getTime(), part]))
}

/** Undefined where none of the events has a number. */
function lastValue(part: UsagePart | undefined): Ratio | undefined {
  if (!part) return undefined
  const { eventCount, notNumeric, missing = 0 } = part
  return eventCount > notNumeric + missing ? part.quantity : undefined
}
