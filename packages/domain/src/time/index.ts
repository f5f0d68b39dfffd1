export { type AnchorTerms, anchorFor, type BillingCycle, billingCycles } from './anchor.ts'
export {
  type BillingPeriod,
  billingPeriodCountMax,
  billingPeriods,
  isPeriodCount,
  isRecurring,
  type RecurringPeriod,
  recurringPeriods,
} from './billing-period.ts'
export { dueDate, type PaymentTerms } from './due-date.ts'
export { type Grid, gridIntervalAt, gridPoint, nextBoundary, type Period } from './grid.ts'
export { type Lifetime, later, periodAt } from './period.ts'
export { isSameLength, type PeriodTerms } from './period-length.ts'
export { isTimeZone } from './time-zone.ts'
