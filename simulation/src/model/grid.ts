import type { Period } from '../lives/period.ts'
import type { SubscriptionTerms } from '../lives/step.ts'
import { dayMs, instantOf, wallTime } from './wall-clock.ts'

/** Instants from the anchor on, both ways (billing rules, section 2). */
export interface Grid {
  readonly anchor: number
  readonly period: Period
  readonly count: number
  readonly zone: string
}

export interface Span {
  readonly start: number
  readonly end: number
}

/** Always from the anchor, at its wall-clock time, the day cut to the month's length. */
export function gridPoint({ anchor, period, count, zone }: Grid, index: number): number {
  const wall = wallTime(anchor, zone)
  const steps = index * count
  if (period === 'DAILY') return instantOf(wall + steps * dayMs, zone)
  if (period === 'WEEKLY') return instantOf(wall + steps * 7 * dayMs, zone)
  const date = new Date(wall)
  const month = date.getUTCMonth() + steps * monthsOf[period]
  const last = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate()
  const day = Date.UTC(date.getUTCFullYear(), month, Math.min(date.getUTCDate(), last))
  return instantOf(day + (((wall % dayMs) + dayMs) % dayMs), zone)
}

/** The whole interval of the grid that holds an instant. */
export function intervalAt(grid: Grid, instant: number): Span {
  const days = { DAILY: 1, WEEKLY: 7, MONTHLY: 30.44, QUARTERLY: 91.3, HALF_YEARLY: 182.6, ANNUAL: 365.25 }
  let index = Math.floor((instant - grid.anchor) / (days[grid.period] * grid.count * dayMs))
  while (gridPoint(grid, index) > instant) index--
  while (gridPoint(grid, index + 1) <= instant) index++
  return { start: gridPoint(grid, index), end: gridPoint(grid, index + 1) }
}

/** The next local midnight, Monday, first of a month, quarter, half or year after the instant's day. */
export function calendarAnchor(instant: number, { period, zone }: SubscriptionTerms): number {
  const today = Math.floor(wallTime(instant, zone) / dayMs) * dayMs
  const date = new Date(today)
  if (period === 'DAILY') return instantOf(today + dayMs, zone)
  if (period === 'WEEKLY') return instantOf(today + (7 - ((date.getUTCDay() + 6) % 7)) * dayMs, zone)
  const months = monthsOf[period]
  const month = Math.floor(date.getUTCMonth() / months) * months + months
  return instantOf(Date.UTC(date.getUTCFullYear(), month, 1), zone)
}

export function addDays(instant: number, days: number, zone: string): number {
  return instantOf(wallTime(instant, zone) + days * dayMs, zone)
}

/** What two spans share; undefined for nothing. */
export function shared(left: Span, right: Span): Span | undefined {
  const span = { start: Math.max(left.start, right.start), end: Math.min(left.end, right.end) }
  return span.start < span.end ? span : undefined
}

const monthsOf = { MONTHLY: 1, QUARTERLY: 3, HALF_YEARLY: 6, ANNUAL: 12 } as const
