import { earlier, later } from '../time/period.ts'

/** What of a line tells for how long the subscription has its chain, and how much of it. */
export interface ChainLine {
  readonly price_id: string
  readonly start_date: Date
  readonly end_date: Date | null
  readonly ended_by: 'price' | 'user' | null
  /** Of a line that its price ended sooner: the end that a user had set. */
  readonly user_end: Date | null
}

/** A time in which a subscription has a chain, whichever of the chain's prices is at work in it. */
export interface Stretch<Line> {
  readonly line: Line
  /** Set by a user: by an end, an override or a change of quantity. */
  readonly userEnd: Date | null
  /** The earliest of the user's end, the next line's start and the override's; null: it goes on. */
  readonly end: Date | null
  /** Whether it ends with the next line's start alone, as nobody has ended it: as where a version has reached it. */
  readonly isFollowed: boolean
}

/**
 * The stretches of a subscription's lines of one chain, by time. They are the subscription's own: a line that its
 * price has ended goes on as a stretch, so that the chain's next version, or a later end, finds it as it was.
 */
export function stretchesOf<Line extends ChainLine>(
  lines: readonly Line[],
  overriddenFrom: Date | undefined,
): Stretch<Line>[] {
  const byTime = lines.toSorted(compareLines)
  return byTime.map((line, index) => {
    const userEnd = userEndOf(line)
    const next = byTime[index + 1]?.start_date
    const ended = earliest([userEnd, overriddenFrom])
    const isFollowed = next !== undefined && (ended === null || next < ended)
    return { line, userEnd, end: isFollowed ? next : ended, isFollowed }
  })
}

/** The end that a user set, also where the price has ended before it. */
export function userEndOf({ ended_by, end_date, user_end }: Omit<ChainLine, 'price_id'>): Date | null {
  return ended_by === 'user' ? end_date : user_end
}

export interface StretchEnd {
  readonly end_date: Date | null
  readonly ended_by: 'price' | 'user' | null
  readonly user_end: Date | null
}

/**
 * Where a line that begins then ends: with its stretch or with its price, whichever comes first. Where another line
 * follows, a version has reached the subscription then: as if the price had ended.
 */
export function endWithin(
  { userEnd, end, isFollowed }: Omit<Stretch<unknown>, 'line'>,
  { start, priceEnd }: { start: Date; priceEnd: Date | null },
): StretchEnd {
  const first = earliest([end, priceEnd])
  if (first === null) return { end_date: null, ended_by: null, user_end: null }
  const end_date = later(start, first)
  const isUsers = !isFollowed && userEnd !== null && (priceEnd === null || userEnd <= priceEnd)
  const isPrices = !isUsers && priceEnd !== null && (end === null || priceEnd <= end)
  return isPrices || isFollowed
    ? { end_date, ended_by: 'price', user_end: userEnd }
    : { end_date, ended_by: 'user', user_end: null }
}

export function earliest(instants: readonly (Date | null | undefined)[]): Date | null {
  const known = instants.filter((instant) => instant != null)
  return known.length === 0 ? null : known.reduce(earlier)
}

/** Of two lines with one start the earlier one has no length, as its price ended before. */
export function compareLines(one: ChainLine, other: ChainLine): number {
  const byStart = one.start_date.getTime() - other.start_date.getTime()
  if (byStart !== 0) return byStart
  const [end, otherEnd] = [endTime(one), endTime(other)]
  if (end !== otherEnd) return end < otherEnd ? -1 : 1
  return one.price_id < other.price_id ? -1 : 1
}

function endTime({ end_date }: ChainLine): number {
  return end_date?.getTime() ?? Number.POSITIVE_INFINITY
}
