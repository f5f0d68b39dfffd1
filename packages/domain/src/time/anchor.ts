import { Temporal } from 'temporal-polyfill'
import type { RecurringPeriod } from './billing-period.ts'
import { toInstant, toLocal } from './time-zone.ts'

export const billingCycles = ['anniversary', 'calendar'] as const
export type BillingCycle = (typeof billingCycles)[number]

export interface AnchorTerms {
  readonly billingCycle: BillingCycle
  /** Wins over the billing cycle. */
  readonly billingAnchor?: Date | null | undefined
  readonly start: Date
  readonly period: RecurringPeriod
  readonly count: number
  readonly timeZone: string
}

/**
 * The instant that a subscription's grid is counted from: the explicit anchor, else by the calendar the
 * next local midnight, Monday, 1st of month, quarter, half or year after the start, else the start itself
 * (billing rules, section 2).
 */
export function anchorFor(terms: AnchorTerms): Date {
  if (terms.billingAnchor) return terms.billingAnchor
  return terms.billingCycle === 'calendar' ? calendarAnchor(terms) : terms.start
}

/**
 * Where daylight saving begins at midnight there is a day without one, and a grid anchored there would
 * keep to 01:00 for ever. Any point of a grid can be its anchor: take the next that begins at midnight.
 */
function calendarAnchor({ start, period, count, timeZone }: AnchorTerms): Date {
  const { next, months, days } = calendars[period]
  const first = next(toLocal(start, timeZone).toPlainDate())
  for (let k = 0; k < midnightTriesMax; k++) {
    const day = first.add({ months: k * count * months, days: k * count * days }).toZonedDateTime(timeZone)
    if (day.toPlainTime().equals(midnight)) return toInstant(day)
  }
  return toInstant(first.toZonedDateTime(timeZone))
}

const midnight = new Temporal.PlainTime()
/** Enough for a zone whose clocks change on one date each year; then its every boundary lacks a midnight. */
const midnightTriesMax = 10

interface Calendar {
  /** The first day of the next calendar period after a date. */
  readonly next: (date: Temporal.PlainDate) => Temporal.PlainDate
  readonly months: number
  readonly days: number
}

const calendars: Record<RecurringPeriod, Calendar> = {
  DAILY: { next: (date) => date.add({ days: 1 }), months: 0, days: 1 },
  WEEKLY: { next: (date) => date.add({ days: 8 - date.dayOfWeek }), months: 0, days: 7 },
  MONTHLY: monthsFromJanuary(1),
  QUARTERLY: monthsFromJanuary(3),
  HALF_YEARLY: monthsFromJanuary(6),
  ANNUAL: monthsFromJanuary(12),
}

function monthsFromJanuary(months: number): Calendar {
  const next = (date: Temporal.PlainDate): Temporal.PlainDate =>
    date.with({ day: 1 }).add({ months: months - ((date.month - 1) % months) })
  return { next, months, days: 0 }
}
