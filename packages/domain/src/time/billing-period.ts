/** The periods of the contract. A subscription has a recurring one; a price may also bill once. */
export const billingPeriods = [
  'MONTHLY',
  'ANNUAL',
  'WEEKLY',
  'DAILY',
  'QUARTERLY',
  'HALF_YEARLY',
  'ONETIME',
] as const
export type BillingPeriod = (typeof billingPeriods)[number]

export const recurringPeriods = [
  'MONTHLY',
  'ANNUAL',
  'WEEKLY',
  'DAILY',
  'QUARTERLY',
  'HALF_YEARLY',
] as const satisfies readonly BillingPeriod[]
export type RecurringPeriod = (typeof recurringPeriods)[number]

/** Keeps grid points inside the instants that a `Date` and PostgreSQL can hold. */
export const billingPeriodCountMax = 1000

export function isRecurring(period: BillingPeriod): period is RecurringPeriod {
  return period !== 'ONETIME'
}

/** True for a `billing_period_count` that a grid can be made of: a whole number from 1 to 1000. */
export function isPeriodCount(count: number): boolean {
  return Number.isInteger(count) && count >= 1 && count <= billingPeriodCountMax
}
