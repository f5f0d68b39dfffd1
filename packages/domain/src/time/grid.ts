import { assert } from '../assert.ts'
import type { RecurringPeriod } from './billing-period.ts'
import type { Period } from './period.ts'
import { toInstant, toLocal } from './time-zone.ts'

/** Where a subscription's boundaries lie: `anchor + k × count × period` for every integer k. */
export interface Grid {
  readonly anchor: Date
  readonly period: RecurringPeriod
  readonly count: number
  readonly timeZone: string
  /** Where a change put it in the place of another one: a period begins there, however its points lie. None: it is the first. */
  readonly since?: Date | null | undefined
}

/**
 * The whole grid interval that holds the instant, which no start or end has cut short: its number is
 * estimated from a mean length, then corrected by a few steps, however far the anchor lies away.
 */
export function gridIntervalAt(grid: Grid, instant: Date): Period {
  const known = recentIntervals.get(grid) ?? []
  const atMs = instant.getTime()
  for (const interval of known) {
    if (interval.start.getTime() <= atMs && atMs < interval.end.getTime()) return interval
  }
  const interval = findInterval(grid, instant)
  recentIntervals.set(grid, [interval, ...known.slice(0, recentMax - 1)])
  return interval
}

/**
 * A subscription's lines ask for the same two or three intervals, and a calendar takes longer than all the rest
 * of their rating: each grid remembers its last ones, for as long as somebody holds it.
 */
const recentIntervals = new WeakMap<Grid, readonly Period[]>()
const recentMax = 4

function findInterval(grid: Grid, instant: Date): Period {
  const meanMs = steps[grid.period].meanMs * grid.count
  const pointAt = pointsOf(grid)
  let k = Math.floor((instant.getTime() - grid.anchor.getTime()) / meanMs)
  for (let corrections = 0; corrections <= correctionsMax; corrections++) {
    const start = pointAt(k)
    const end = pointAt(k + 1)
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
  return pointsOf(grid)(k)
}

function pointsOf({ anchor, timeZone, period, count }: Grid): (k: number) => Date {
  const { unit, size } = steps[period]
  if (timeZone === 'UTC') return (k) => addUtc(anchor, unit, k * count * size)
  const local = toLocal(anchor, timeZone)
  return (k) => toInstant(local.add({ [unit]: k * count * size }))
}

/** What Temporal says in UTC, at a fiftieth of its cost: most subscriptions are there, and it is most of their rating. */
function addUtc(anchor: Date, unit: 'days' | 'weeks' | 'months' | 'years', amount: number): Date {
  if (unit === 'days') return new Date(anchor.getTime() + amount * dayMs)
  if (unit === 'weeks') return new Date(anchor.getTime() + amount * 7 * dayMs)
  const months = anchor.getUTCMonth() + (unit === 'years' ? 12 * amount : amount)
  const result = new Date(anchor)
  result.setUTCFullYear(anchor.getUTCFullYear(), months, 1)
  const lastDay = new Date(result)
  lastDay.setUTCMonth(lastDay.getUTCMonth() + 1, 0)
  result.setUTCDate(Math.min(anchor.getUTCDate(), lastDay.getUTCDate()))
  return result
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
