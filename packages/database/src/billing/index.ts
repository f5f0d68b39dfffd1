/** Billing that runs by itself: what is due, runs with their slices and pages, and what could not be billed. */
export { advanceSubscriptions, type SubscriptionAdvance } from './advance-subscriptions.ts'
export {
  type BillingFailure,
  clearBillingFailures,
  listBillingFailures,
  type RunFailure,
  type RunFailurePlace,
  recordBillingFailures,
  retryBillingFailure,
} from './billing-failures.ts'
export {
  type BillingProgress,
  type BillingRunCounts,
  type BillingRunRow,
  type BillingRunTotal,
  countBillingRuns,
  countRunsOfWorkflow,
  deleteBillingRun,
  endBillingRun,
  getBillingRun,
  insertBillingRun,
  listBillingRuns,
  type NewBillingRun,
  sumBillingRuns,
} from './billing-runs.ts'
export {
  type BillingPage,
  type BillingPageCounts,
  type BillingSlice,
  cutBillingSlices,
  finishBillingPage,
  nextBillingPage,
} from './billing-slices.ts'
export { findClockMove, insertClockMove, nextDueInstant, turnClockSlice } from './clock-moves.ts'
export type { DueRow } from './due-work.ts'
