import { assert } from '../assert.ts'
import { type BillingPeriod, isRecurring } from '../time/billing-period.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import { earlier, type Lifetime, later, type Period } from '../time/period.ts'
import type { Cycle, CycleLine } from './cycle.ts'

/** When a subscription's billing begins: with its trial's end, else with its start. Trial usage is never billed. */
export function paidFrom({ start, trialEnd }: Cycle): Date {
  return trialEnd ? later(start, trialEnd) : start
}

/** The time in which a subscription bills a line; empty, or with its end before its start, for none. */
export function billedLife(cycle: Cycle, line: Lifetime): Period {
  const ends = [line.end ?? endless, cycle.end ?? endless]
  return { start: later(line.start, paidFrom(cycle)), end: ends.reduce(earlier) }
}

export const endless: Date = new Date(8.64e15)

/** The grid of the line's own period, on the subscription's anchor. */
export function lineGrid({ grid }: Cycle, { terms }: CycleLine): Grid {
  const period: BillingPeriod = terms.billing_period
  assert(isRecurring(period), 'a ONETIME line has no grid')
  const count = terms.billing_period_count
  return period === grid.period && count === grid.count ? grid : { ...grid, period, count }
}

/** Enough for a hundred years of days; a window of more is a mistake. */
const intervalsMax = 36_600

/** The whole intervals of a grid that a time touches, ascending. */
export function* intervalsOf(grid: Grid, { start, end }: Period): Generator<Period> {
  let at = start
  for (let count = 0; at < end; count++) {
    assert(count < intervalsMax, `a window has at most ${intervalsMax} intervals of its grid`)
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
