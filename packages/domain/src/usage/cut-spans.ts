import type { Period } from '../time/period.ts'
import type { UsageSpan } from './usage-question.ts'

/**
 * Spans cut at the edges of some periods, and what lies outside of these left out; steps stay where nothing is cut.
 *
 * @param periods ascending, not overlapping
 * @param joins true to have what is left of one part, on both sides of a gap, aggregated as one again
 */
export function cutSpans(
  spans: readonly UsageSpan[],
  periods: readonly Period[],
  { joins }: { joins: boolean },
): UsageSpan[] {
  const edges = periods.flatMap(({ start, end }) => [start, end])
  const pieces = edges.reduce<readonly Piece[]>(
    (some, edge) => some.flatMap((piece) => cutPiece(piece, edge)),
    spans.map(({ start, end, stepMs }) => ({ start, end, stepMs, partStart: start })),
  )
  const kept = pieces.filter(({ start }) =>
    periods.some((period) => start >= period.start && start < period.end),
  )
  return kept.map(({ start, end, stepMs, partStart }, index) => {
    const before = kept[index - 1]
    const isJoined = joins && before !== undefined && partStart < start && before.end > partStart
    return isJoined ? { start, end, stepMs, isJoined } : { start, end, stepMs }
  })
}

/** Without a step: a piece of the part that began there. */
interface Piece extends Omit<UsageSpan, 'isJoined'> {
  readonly partStart: Date
}

function cutPiece(piece: Piece, at: Date): Piece[] {
  const { start, end, stepMs, partStart } = piece
  if (at <= start || at >= end) return [piece]
  if (stepMs === null) {
    return [
      { start, end: at, stepMs, partStart },
      { start: at, end, stepMs, partStart },
    ]
  }
  const cutMs = start.getTime() + Math.floor((at.getTime() - start.getTime()) / stepMs) * stepMs
  const cutStart = new Date(cutMs)
  const cutEnd = new Date(Math.min(cutMs + stepMs, end.getTime()))
  const whole = (from: Date, to: Date): Piece => ({ start: from, end: to, stepMs, partStart: from })
  const piecesOfCut = [
    { start: cutStart, end: at, stepMs: null, partStart: cutStart },
    { start: at, end: cutEnd, stepMs: null, partStart: cutStart },
  ]
  return [whole(start, cutStart), ...piecesOfCut, whole(cutEnd, end)].filter((one) => one.start < one.end)
}
