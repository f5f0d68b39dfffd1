import { equalDecimals, parseDecimal } from '../money/decimal.ts'
import { type ChainLine, compareLines, earliest, userEndOf } from './chain-stretches.ts'

/** A line that tells which of the chain's versions it is of. */
export interface VersionLine extends ChainLine {
  /** Decimal text. */
  readonly quantity: string
  /** When its price reached the subscription: the price's start, or a boundary that it waited for. */
  readonly price_start: Date
}

/** All that the plan's versions made of one time that a user has set, and that one act of a user's means. */
export interface WholeStretch<Line> {
  /** By time, one at least; without those of time that was billed before a sync came. */
  readonly lines: readonly Line[]
  readonly start: Date
  /** The earlier of the end that a user set and the next one's start; null: it goes on, whatever the prices do. */
  readonly end: Date | null
}

/**
 * The stretches of a subscription's lines of one chain, by time, each with its lines of every version. Had no sync
 * come by, the first line of each would be there alone: who names one of its lines means what that line would be.
 */
export function wholeStretchesOf<Line extends VersionLine>(lines: readonly Line[]): WholeStretch<Line>[] {
  const groups: { first: Line; last: Line; all: Line[] }[] = []
  for (const line of lines.toSorted(compareLines)) {
    const group = groups.at(-1)
    if (group && goesOn(group, line)) {
      group.all.push(line)
      group.last = line
    } else {
      groups.push({ first: line, last: line, all: [line] })
    }
  }
  return groups.map(({ first, last, all }, index) => ({
    lines: all,
    start: first.start_date,
    end: earliest([userEndOf(last), groups[index + 1]?.first.start_date]),
  }))
}

/**
 * A sync begins a version's line with the version, or with the stretch where that is later; a user ends a stretch. Where
 * a version was passed over by the next one, that one goes on where the first of them would have begun.
 */
function goesOn({ first, last }: { first: VersionLine; last: VersionLine }, line: VersionLine): boolean {
  const userEnd = userEndOf(last)
  const start = line.start_date.getTime()
  const beginsAsBrought = start === Math.max(first.start_date.getTime(), line.price_start.getTime())
  return (
    last.ended_by === 'price' &&
    (userEnd === null || userEnd > line.start_date) &&
    (beginsAsBrought || start === last.end_date?.getTime()) &&
    isSameQuantity(first, line)
  )
}

function isSameQuantity(one: VersionLine, other: VersionLine): boolean {
  const [left, right] = [parseDecimal(one.quantity), parseDecimal(other.quantity)]
  return left !== undefined && right !== undefined && equalDecimals(left, right)
}

/** Those that carry one on without a gap. What has no length is no gap. */
export function carriedOn<Line>(
  stretches: readonly WholeStretch<Line>[],
  from: WholeStretch<Line>,
): WholeStretch<Line>[] {
  const found: WholeStretch<Line>[] = []
  let reach = from.end
  for (const stretch of stretches.slice(stretches.indexOf(from) + 1)) {
    if (stretch.end && stretch.end <= stretch.start) continue
    if (reach === null || stretch.start > reach) break
    found.push(stretch)
    reach = stretch.end
  }
  return found
}

/** What an act from an instant on finds: the lines that it cuts off, and those that begin then or later. */
export function cutStretch<Line extends VersionLine>({ lines }: WholeStretch<Line>, from: Date) {
  const before = lines.filter(({ start_date }) => start_date < from)
  const after = lines.filter(({ start_date }) => start_date >= from)
  /** Which of those before goes on as another line; none where a version begins then. */
  const divided = after[0]?.start_date.getTime() === from.getTime() ? undefined : before.at(-1)
  return { before, after, divided }
}
