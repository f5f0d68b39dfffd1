/** Billing runs. */
export type { BillingRunResponse } from './billing-run.ts'
