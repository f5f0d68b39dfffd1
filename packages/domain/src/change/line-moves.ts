import { equalDecimals } from '../money/decimal.ts'
import { later } from '../time/period.ts'
import type { LineMoves, OpenedLine, RunningLine } from './change.ts'

/**
 * What an edit at an instant has moved of lines, from how they were and are: some end sooner, others are new, and of some
 * the quantity is another one from their start on, as if they had gone and come.
 */
export function lineMoves<Line extends RunningLine>(
  before: readonly Line[],
  after: readonly Line[],
  at: Date,
): LineMoves<Line> {
  const known = new Map(before.map((line) => [partOf(line), line]))
  const closed: { line: Line; at: Date }[] = []
  const opened: OpenedLine<Line>[] = []
  for (const line of after) {
    const old = known.get(partOf(line))
    if (!old) {
      opened.push({ ...line, carries: null, isReopened: false, keepsChain: false })
    } else if (!equalDecimals(old.quantity, line.quantity)) {
      closed.push({ line: old, at: later(old.start, at) })
      opened.push({ ...line, carries: null, isReopened: true, keepsChain: true })
    } else if (line.end && (!old.end || line.end < old.end)) {
      closed.push({ line: old, at: line.end })
    }
  }
  return { at, closed: [...closed, ...vanished(before, after, { closed, at })], opened }
}

/**
 * A line that ends in the instant in which a part of it begins, as a pause ends in it, has that part no more. Of a line
 * that ends before, its later parts have gone with it.
 */
function vanished<Line extends RunningLine>(
  before: readonly Line[],
  after: readonly Line[],
  { closed, at }: Pick<LineMoves<Line>, 'closed' | 'at'>,
): LineMoves<Line>['closed'] {
  const there = new Set(after.map(partOf))
  const closedIds = new Set(closed.map(({ line }) => line.id))
  const gone = before.filter((line) => !there.has(partOf(line)) && !closedIds.has(line.id))
  const firstOf = new Map(gone.toReversed().map((line) => [line.id, line]))
  return [...firstOf.values()].map((line) => ({ line, at: later(line.start, at) }))
}

/** Around pauses a line is there in parts, of which each stays what it was. */
function partOf({ id, start }: RunningLine): string {
  return `${id} ${start.getTime()}`
}
