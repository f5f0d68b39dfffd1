import { anchorFor, type BillingCycle } from '../time/anchor.ts'
import type { RecurringPeriod } from '../time/billing-period.ts'
import { isRecurring } from '../time/billing-period.ts'
import type { Grid } from '../time/grid.ts'
import { periodAt } from '../time/period-at.ts'
import { isAsLong, isSameLength } from '../time/period-length.ts'
import type { ChangeFacts, GridChange, RunningLine } from './change.ts'

/** What is asked of a subscription's grid; what is null stays. */
export interface GridWish {
  readonly period: RecurringPeriod | null
  readonly count: number | null
  readonly billingCycle: BillingCycle
  /** Wins over the billing cycle. */
  readonly anchor: Date | null
}

/**
 * The grid that a change puts in the place of the subscription's (billing rules, section 8): its anchor moves to the
 * instant, or to what is asked for, and a period begins there. In a trial that stays, and the grid goes by its end.
 */
export function gridChange(
  { cycle, period }: Pick<ChangeFacts<RunningLine>, 'cycle' | 'period'>,
  wish: GridWish,
  at: Date,
): GridChange {
  const { grid: old, end, trialEnd } = cycle
  const isTrialing = trialEnd != null && trialEnd > at
  const terms = { period: wish.period ?? old.period, count: wish.count ?? old.count, timeZone: old.timeZone }
  const anchor = anchorFor({
    ...terms,
    billingCycle: wish.billingCycle,
    billingAnchor: wish.anchor,
    start: isTrialing ? trialEnd : at,
  })
  const grid: Grid = { ...terms, anchor, since: at }
  if (isTrialing) return { grid, period }
  return { grid, period: periodAt(grid, { start: at, end }, at) ?? period }
}

/** The lines that were billed on the subscription's grid so far: they end with it, or have ended. */
export function linesOnGrid<Line extends RunningLine>({
  cycle: { grid },
  lines,
}: Pick<ChangeFacts<Line>, 'cycle' | 'lines'>): Line[] {
  return lines.filter(({ formerGrid, terms }) => {
    const { billing_period: period, billing_period_count: count } = terms
    return formerGrid == null && isRecurring(period) && isSameLength({ period, count }, grid)
  })
}

/**
 * The subscription's own lines that would stay, and cannot: those on the grid that goes, and those whose period is no
 * longer one than that of the grid which comes.
 */
export function linesBoundToGrid<Line extends RunningLine>(
  facts: Pick<ChangeFacts<Line>, 'cycle' | 'lines'>,
  { grid }: Pick<GridChange, 'grid'>,
  at: Date,
): Line[] {
  const onGrid = new Set(linesOnGrid(facts).map(({ id }) => id))
  return facts.lines.filter(({ id, isOfPlan, start, end, terms }) => {
    const { billing_period: period, billing_period_count: count } = terms
    const ends = end ?? null
    if (isOfPlan || !isRecurring(period) || (ends !== null && (ends <= at || ends <= start))) return false
    const own = { period, count }
    return onGrid.has(id) || isSameLength(own, grid) || !isAsLong(own, grid)
  })
}
