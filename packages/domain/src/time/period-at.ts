import { type Grid, gridIntervalAt } from './grid.ts'
import { earlier, type Lifetime, later, type Period } from './period.ts'

/**
 * The period that holds the instant. The first one, of the lifetime as of the grid, runs from its start to the first grid
 * point after it, so it can be short; the end cuts the last one. Undefined before the start and from the end on
 * (billing rules, section 2).
 */
export function periodAt(grid: Grid, lifetime: Lifetime, instant: Date): Period | undefined {
  if (instant < lifetime.start) return undefined
  if (lifetime.end && instant >= lifetime.end) return undefined
  const whole = gridIntervalAt(grid, instant)
  return {
    start: later(whole.start, grid.since ? later(grid.since, lifetime.start) : lifetime.start),
    end: lifetime.end ? earlier(whole.end, lifetime.end) : whole.end,
  }
}
