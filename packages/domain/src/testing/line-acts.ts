import { endWithin } from '../subscription/chain-stretches.ts'
import type { SyncLine } from '../subscription/price-sync.ts'
import {
  carriedOn,
  cutStretch,
  type VersionLine,
  type WholeStretch,
  wholeStretchesOf,
} from '../subscription/whole-stretches.ts'
import { later } from '../time/period.ts'
import { type ChainVersion, reached } from './chain-versions.ts'

/** One chain of a plan in one subscription: what price edits, users, billing and syncs do to it, over days. */
export interface ChainHistory {
  readonly versions: readonly ChainVersion[]
  readonly lines: readonly SyncLine[]
  readonly overriddenFrom: number | null
  readonly unbilledFrom: number
  /** Versions from this place on have changed since the last sync. */
  readonly changedFrom: number
  /** The lines that doors have told the user of: the first one, and those of answers. */
  readonly told: readonly string[]
}

/** Which line is meant: one that the user was told of, by its place among them, or the one at work then. */
export interface LineAct {
  readonly named: number | null
  readonly at: Date
  readonly now: Date
}

interface FoundLine {
  readonly line: VersionLine
  readonly stretch: WholeStretch<VersionLine>
  readonly following: readonly VersionLine[]
  readonly reach: Date | null
}

/** Refused as the doors refuse it: before the line's start, behind the stretch's end, once that has passed. */
function findLine(
  { versions, lines, told }: ChainHistory,
  { named, at, now }: LineAct,
): FoundLine | undefined {
  const startOf = new Map(reached(versions).map(({ id, start_date }) => [id, start_date]))
  const chain = lines.flatMap((line): VersionLine[] => {
    const price_start = startOf.get(line.price_id)
    return price_start ? [{ ...line, price_start }] : []
  })
  const name = named === null || told.length === 0 ? undefined : told[named % told.length]
  const line = name
    ? chain.find((one) => nameOf(one) === name)
    : chain.find(({ start_date, end_date }) => start_date <= at && (!end_date || end_date > at))
  const stretches = wholeStretchesOf(chain)
  const stretch = stretches.find((one) => line && one.lines.includes(line))
  if (!line || !stretch || at < line.start_date) return undefined
  if (stretch.end && (stretch.end <= now || stretch.end < at)) return undefined
  const following = carriedOn(stretches, stretch)
  const { end: reach } = following.at(-1) ?? stretch
  return { line, stretch, following: following.flatMap((one) => one.lines), reach }
}

export function nameOf({ price_id, start_date }: Pick<SyncLine, 'price_id' | 'start_date'>): string {
  return `${price_id}@${start_date.toISOString()}`
}

/** The lines but for those given, which come in their place. */
function replace(
  { lines }: ChainHistory,
  changes: ReadonlyArray<readonly [VersionLine, SyncLine]>,
): SyncLine[] {
  const changed = new Map(changes.map(([line, change]) => [nameOf(line), change]))
  return lines.map((line) => changed.get(nameOf(line)) ?? line)
}

function endAt<Line extends SyncLine>(line: Line, at: Date): Line {
  return line.ended_by === 'price' && line.end_date && line.end_date < at
    ? { ...line, user_end: at }
    : { ...line, end_date: later(line.start_date, at), ended_by: 'user', user_end: null }
}

export function changeQuantity(
  history: ChainHistory,
  { quantity, ...act }: LineAct & { quantity: string },
): ChainHistory | undefined {
  const found = findLine(history, act)
  const { at: from, now } = act
  if (!found || from > now || history.overriddenFrom !== null) return undefined
  const { line, stretch, following } = found
  const end = history.versions.at(-1)?.end_date
  if (stretch.end && stretch.end <= from) return undefined
  if (end && end <= from && from > stretch.start) return undefined
  if (line.quantity === quantity) return history
  const { before, after, divided } = cutStretch(stretch, from)
  const continued = following.filter((one) => one.quantity === line.quantity)
  const lines = replace(history, [
    ...before.map((one) => [one, endAt(plain(one), from)] as const),
    ...[...after, ...continued].map((one) => [one, { ...plain(one), quantity }] as const),
  ])
  if (!divided) {
    const changed = after.findLast(({ start_date }) => start_date <= from)
    return { ...history, lines, told: changed ? [...history.told, nameOf(changed)] : history.told }
  }
  const end_date = divided.end_date && later(from, divided.end_date)
  const opened: SyncLine = { ...plain(divided), quantity, start_date: from, end_date }
  return { ...history, lines: [...lines, opened], told: [...history.told, nameOf(opened)] }
}

function plain({ price_start: _, ...line }: VersionLine): SyncLine {
  return line
}

export function endLine(history: ChainHistory, act: LineAct): ChainHistory | undefined {
  const found = findLine(history, act)
  if (!found) return undefined
  const ended = [...found.stretch.lines, ...found.following]
  return {
    ...history,
    lines: replace(
      history,
      ended.map((one) => [one, endAt(plain(one), act.at)] as const),
    ),
  }
}

/** The subscription's own line is the last of the result. */
export function overrideChain(
  history: ChainHistory,
  { day, ...act }: LineAct & { day: number },
): ChainHistory | undefined {
  const found = findLine(history, act)
  const { at } = act
  const end = history.versions.at(-1)?.end_date ?? null
  if (!found || history.overriddenFrom !== null) return undefined
  const { line, stretch, reach } = found
  if (stretch.end && stretch.end <= at) return undefined
  if (end && end <= at && at > stretch.start) return undefined
  const own: SyncLine = {
    price_id: 'own',
    quantity: line.quantity,
    start_date: at,
    ...endWithin({ userEnd: reach, end: reach, isFollowed: false }, { start: at, priceEnd: end }),
  }
  const names = new Set(stretch.lines.map(nameOf))
  const closed = history.lines.map((one) =>
    one.end_date && one.end_date <= at && !names.has(nameOf(one)) ? one : endAt(one, at),
  )
  return { ...history, overriddenFrom: day, lines: [...closed, own] }
}
