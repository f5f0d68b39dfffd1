import { type Grid, gridIntervalAt, type Period } from './grid.ts'

/** When a subscription, or a line of it, is at work. No end is for ever. */
export interface Lifetime {
  readonly start: Date
  readonly end?: Date | null | undefined
}

/**
 * The period that holds the instant. The first one runs from the start to the first grid point after it,
 * so it can be short; the end cuts the last one. Undefined before the start and from the end on
 * (billing rules, section 2).
 */
export function periodAt(grid: Grid, lifetime: Lifetime, instant: Date): Period | undefined {
  if (instant < lifetime.start) return undefined
  if (lifetime.end && instant >= lifetime.end) return undefined
  const whole = gridIntervalAt(grid, instant)
  return {
    start: later(whole.start, lifetime.start),
    end: lifetime.end ? earlier(whole.end, lifetime.end) : whole.end,
  }
}

export function later(left: Date, right: Date): Date {
  return left.getTime() > right.getTime() ? left : right
}

export function earlier(left: Date, right: Date): Date {
  return left.getTime() < right.getTime() ? left : right
}
