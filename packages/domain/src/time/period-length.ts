import type { BillingPeriod } from './billing-period.ts'

/** A billing period so many times over. */
export interface PeriodTerms {
  readonly period: BillingPeriod
  readonly count: number
}

/** Whether the two are one length, whatever they are called: three months are a quarter. Days never make months. */
export function isSameLength(one: PeriodTerms, other: PeriodTerms): boolean {
  const [left, right] = [lengthOf(one), lengthOf(other)]
  return left.days === right.days && left.months === right.months
}

/** Surely as long: where days meet months, by the shortest months of the one and the longest of the other. */
export function isAsLong(one: PeriodTerms, other: PeriodTerms): boolean {
  const [left, right] = [lengthOf(one), lengthOf(other)]
  if (left.months > 0 && right.months > 0) return left.months >= right.months
  return left.days + left.months * shortestMonthDays >= right.days + right.months * longestMonthDays
}

const shortestMonthDays = 28
const longestMonthDays = 31

const lengths = {
  DAILY: { days: 1, months: 0 },
  WEEKLY: { days: 7, months: 0 },
  MONTHLY: { days: 0, months: 1 },
  QUARTERLY: { days: 0, months: 3 },
  HALF_YEARLY: { days: 0, months: 6 },
  ANNUAL: { days: 0, months: 12 },
  ONETIME: { days: 0, months: 0 },
} as const satisfies Record<BillingPeriod, { days: number; months: number }>

function lengthOf({ period, count }: PeriodTerms): { days: number; months: number } {
  const { days, months } = lengths[period]
  return { days: days * count, months: months * count }
}
