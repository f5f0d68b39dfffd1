import { assert } from '../assert.ts'
import { isRecurring } from '../time/billing-period.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import { earlier, type Lifetime, later, type Period } from '../time/period.ts'
import { isSameLength } from '../time/period-length.ts'
import type { Cycle, CycleLine } from './cycle.ts'

/**
 * When a subscription's billing begins: with its trial's end, else with its start. Trial usage is never billed, nor is
 * what another system has billed.
 */
export function paidFrom({ start, trialEnd, billFrom }: Cycle): Date {
  return [trialEnd, billFrom].reduce<Date>((from, one) => (one ? later(from, one) : from), start)
}

/** The time in which a subscription bills a line; empty, or with its end before its start, for none. */
export function billedLife(cycle: Cycle, line: Lifetime): Period {
  return {
    start: later(line.start, paidFrom(cycle)),
    end: earlier(line.end ?? endless, cycle.end ?? endless),
  }
}

export const endless: Date = new Date(8.64e15)

/** The line's own time, whatever its subscription's is. */
export function ownLife({ start, end }: Lifetime): Period {
  return { start, end: end ?? endless }
}

/**
 * The grid of the line's own period: the subscription's, be it one that it had, or that of a longer period, which begins
 * with the first line of the chain. What begins in a trial begins with the paid time, as an anniversary does.
 */
export function lineGrid({ grid, chainStarts }: Cycle, line: CycleLine): Grid {
  const { formerGrid } = line
  if (formerGrid) return { ...formerGrid, timeZone: grid.timeZone }
  const own = periodOf(line)
  if (isSameLength(own, grid)) return grid
  return { ...grid, ...own, anchor: chainStarts?.get(line.chain) ?? line.start }
}

/** Whether the line's period is, or was, its subscription's; else it is a longer one of its own. */
export function isOnGrid({ grid }: Pick<Cycle, 'grid'>, line: CycleLine): boolean {
  return line.formerGrid != null || isSameLength(periodOf(line), grid)
}

/** Where the line's billing ends at the latest: with its subscription, or with the grid that it was billed on. */
export function billingEnd({ end }: Cycle, { formerGrid }: CycleLine): Date {
  return earlier(end ?? endless, formerGrid?.until ?? endless)
}

/** Where the chains of longer periods begin: with their first line that has a length. */
export function chainStartsOf(cycle: Cycle, lines: readonly CycleLine[]): ReadonlyMap<string, Date> {
  const starts = new Map<string, Date>()
  for (const line of lines) {
    if (!isRecurring(line.terms.billing_period) || isOnGrid(cycle, line)) continue
    const { start, end } = billedLife(cycle, line)
    if (start >= end) continue
    starts.set(line.chain, earlier(start, starts.get(line.chain) ?? start))
  }
  return starts
}

/** The line that a plan has told of by its place. */
export function lineAt<Line>(lines: readonly Line[], place: number): Line {
  const line = lines[place]
  assert(line, 'a place is of a line')
  return line
}

function periodOf({ terms }: CycleLine): Pick<Grid, 'period' | 'count'> {
  const { billing_period: period, billing_period_count: count } = terms
  assert(isRecurring(period), 'a ONETIME line has no grid')
  return { period, count }
}

/** Enough for a hundred years of days; a window of more is a mistake. */
const intervalsMax = 36_600

/** The whole intervals of a grid that a time touches, ascending. */
export function* intervalsOf(grid: Grid, { start, end }: Period): Generator<Period> {
  let at = start
  for (let count = 0; at < end; count++) {
    assert(count < intervalsMax, () => `a window has at most ${intervalsMax} intervals of its grid`)
    const interval = gridIntervalAt(grid, at)
    yield interval
    at = interval.end
  }
}

export function overlap(left: Period, right: Period): Period | undefined {
  const start = later(left.start, right.start)
  const end = earlier(left.end, right.end)
  return start.getTime() < end.getTime() ? { start, end } : undefined
}
