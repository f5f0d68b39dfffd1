/** Grids of boundaries in a time zone, periods and spans (billing rules, section 2). */
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
export { type ClockFacts, clockMoveProblem, clockMoveStart, clockMoveYearsMax } from './clock-move.ts'
export { dueDate, type PaymentTerms } from './due-date.ts'
export { type Grid, gridIntervalAt, gridPoint, nextBoundary } from './grid.ts'
export { instantText } from './instant-text.ts'
export { earlier, type Lifetime, later, type Period } from './period.ts'
export { periodAt } from './period-at.ts'
export { isSameLength, type PeriodTerms } from './period-length.ts'
export { isTimeZone } from './time-zone.ts'
