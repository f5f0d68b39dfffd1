import type { Grid } from '../time/grid.ts'
import { gridIntervalAt } from '../time/grid.ts'
import { earlier } from '../time/period.ts'

/** For what a version of a price can wait, when it comes to a subscription that is running; null: for nothing. */
export const versionWaits = ['next_period'] as const
export type VersionWait = (typeof versionWaits)[number]

/** What of a plan's price says when it reaches a subscription. */
export interface PriceVersion {
  readonly id: string
  /** The first price of its chain. */
  readonly root_price_id: string
  readonly start_date: Date
  readonly end_date: Date | null
  /** `next_period`: a subscription that runs at its start gets it at its own next boundary. */
  readonly waits_for: VersionWait | null
}

/** Where a subscription's periods begin, as far as a version can wait for one. */
export interface Boundaries {
  /** The subscription's start, or when its plan or its grid came in the place of another: who begins later is new. */
  readonly since: Date
  /** Null: it has none. */
  readonly trialEnd: Date | null
  readonly grid: Grid
}

/**
 * A plan's prices as one subscription sees them (billing rules, section 3): each version begins where it reaches the
 * subscription, and ends where a later version of its chain reaches it, or with the chain. One that is reached by a
 * later one no later than it reaches the subscription itself is passed over: it ends at or before its start. What
 * no version of the chain waits for is as it was. In the order given.
 */
export function reachedVersions<Version extends PriceVersion>(
  versions: readonly Version[],
  boundaries: Boundaries,
): Version[] {
  const waiting = new Set(
    versions.flatMap(({ waits_for, root_price_id }) => (waits_for === null ? [] : [root_price_id])),
  )
  if (waiting.size === 0) return [...versions]
  const chains = Map.groupBy(
    versions.filter(({ root_price_id }) => waiting.has(root_price_id)),
    ({ root_price_id }) => root_price_id,
  )
  const reached = new Map([...chains.values()].flatMap((chain) => reachedChain(chain, boundaries)))
  return versions.map((version) => reached.get(version.id) ?? version)
}

function reachedChain<Version extends PriceVersion>(
  chain: readonly Version[],
  boundaries: Boundaries,
): Array<readonly [string, Version]> {
  let end: Date | null = null
  let isLast = true
  return chain
    .toSorted(compareVersions)
    .reverse()
    .map((version) => {
      const start_date = reachOf(version, boundaries)
      if (isLast) end = version.end_date
      isLast = false
      const own = { ...version, start_date, end_date: end }
      end = end === null ? start_date : earlier(end, start_date)
      return [version.id, own] as const
    })
}

/**
 * When a version reaches a subscription: at its own start, or where it waits for the next period and the subscription
 * is running then, at its first boundary at or after that. A trial waits for nothing: nothing of it is billed, and
 * the first period that is paid has the new price either way, whenever the trial ends.
 */
export function reachOf(
  { start_date: start, waits_for }: Pick<PriceVersion, 'start_date' | 'waits_for'>,
  { since, trialEnd, grid }: Boundaries,
): Date {
  if (waits_for === null || start <= since || (trialEnd && start <= trialEnd)) return start
  const interval = gridIntervalAt(grid, start)
  return interval.start.getTime() === start.getTime() ? start : interval.end
}

/** In the order in which edits made them: of equal starts the earlier version is the one that ended at once. */
export function compareVersions(one: PriceVersion, other: PriceVersion): number {
  const byStart = one.start_date.getTime() - other.start_date.getTime()
  if (byStart !== 0) return byStart
  const [end, otherEnd] = [endTime(one), endTime(other)]
  if (end !== otherEnd) return end < otherEnd ? -1 : 1
  return one.id < other.id ? -1 : 1
}

function endTime({ end_date }: PriceVersion): number {
  return end_date?.getTime() ?? Number.POSITIVE_INFINITY
}

/**
 * The versions whose time in a subscription may be another once a chain's last version ends or gets a successor: that
 * one, and as far as it waited, those before it. A sync has to look at all of them.
 */
export function versionsInTurn<Version extends PriceVersion>(
  chain: readonly Version[],
  last: Version,
): Version[] {
  const inOrder = chain.toSorted(compareVersions)
  const place = inOrder.findIndex(({ id }) => id === last.id)
  let first = place
  while (first > 0 && inOrder[first]?.waits_for != null) first--
  return inOrder.slice(Math.max(0, first), place + 1)
}
