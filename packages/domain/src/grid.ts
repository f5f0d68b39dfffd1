import { assert } from './assert.ts'
import type { RecurringPeriod } from './billing-period.ts'
import { toInstant, toLocal } from './time-zone.ts'

/** Where a subscription's boundaries lie: `anchor + k × count × period` for every integer k. */
export interface Grid {
  readonly anchor: Date
  readonly period: RecurringPeriod
  readonly count: number
  readonly timeZone: string
}

/** A span of time, `[start, end)`. */
export interface Period {
  readonly start: Date
  readonly end: Date
}

/**
 * The whole grid interval that holds the instant, which no start or end has cut short. The same answer is
 * asked for again by each line of a subscription and each subscription of a list, and finding it is most of
 * what their planning costs (measured): so a few answers are kept.
 */
export function gridIntervalAt(grid: Grid, instant: Date): Period {
  const { anchor, period, count, timeZone } = grid
  const asked = `${anchor.getTime()} ${period} ${count} ${timeZone} ${instant.getTime()}`
  let found = kept.get(asked)
  if (found === undefined) {
    found = findInterval(grid, instant)
    if (kept.size >= keptMax) kept.clear()
    kept.set(asked, found)
  }
  // Dates can be changed by whoever holds them: what is kept is not handed out.
  return { start: new Date(found.start), end: new Date(found.end) }
}

const keptMax = 256
const kept = new Map<string, Period>()

/** Its number is estimated from a mean length, then corrected by a few steps, however far the anchor lies away. */
function findInterval(grid: Grid, instant: Date): Period {
  const meanMs = steps[grid.period].meanMs * grid.count
  let k = Math.floor((instant.getTime() - grid.anchor.getTime()) / meanMs)
  for (let corrections = 0; corrections <= correctionsMax; corrections++) {
    const start = gridPoint(grid, k)
    const end = gridPoint(grid, k + 1)
    if (start > instant) k--
    else if (end <= instant) k++
    else return { start, end }
  }
  assert(false, `a boundary of the grid lies within ${correctionsMax} steps of its estimate`)
}

/** The first grid point after the instant, never the instant itself. */
export function nextBoundary(grid: Grid, instant: Date): Date {
  return gridIntervalAt(grid, instant).end
}

/**
 * The k-th boundary, at the anchor's wall-clock time in the grid's zone. Always computed from the anchor:
 * 31 Jan + 1 month is 28 Feb, and + 2 months is 31 Mar again. Temporal's defaults are the rule: a day too
 * many is clamped, a skipped wall time moves forward, an ambiguous one takes the first. Only k = 0 is the
 * anchor itself even if that is the second of two equal wall times, so that it never precedes the start.
 * Two neighbours can be the same instant: Apia had no 30 December 2011.
 */
export function gridPoint(grid: Grid, k: number): Date {
  const { unit, size } = steps[grid.period]
  return toInstant(toLocal(grid.anchor, grid.timeZone).add({ [unit]: k * grid.count * size }))
}

const dayMs = 86_400_000
const steps = {
  DAILY: { unit: 'days', size: 1, meanMs: dayMs },
  WEEKLY: { unit: 'weeks', size: 1, meanMs: 7 * dayMs },
  MONTHLY: { unit: 'months', size: 1, meanMs: 30.436875 * dayMs },
  QUARTERLY: { unit: 'months', size: 3, meanMs: 91.310625 * dayMs },
  HALF_YEARLY: { unit: 'months', size: 6, meanMs: 182.62125 * dayMs },
  ANNUAL: { unit: 'years', size: 1, meanMs: 365.2425 * dayMs },
} as const satisfies Record<RecurringPeriod, { unit: string; size: number; meanMs: number }>

/** A mean length is off by leap days and zone changes, about two days at most: two steps of a daily grid. */
const correctionsMax = 4
