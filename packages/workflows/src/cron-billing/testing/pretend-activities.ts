import type { CronBillingActivities } from '@flexprice/activities/cron-billing'

/** Activities for tests of the workflow's body alone: one pass of two slices, then nothing is due. */
export function pretendCronBilling(changes: Partial<CronBillingActivities> = {}): CronBillingActivities {
  return {
    startDueBilling: async () => ({ environments_started: 2 }),
    beginBillingPass: async ({ runId, pass }) => ({
      runId: runId ?? 'bill_1',
      slices: pass === 1 ? [0, 1] : [],
    }),
    billSlice: async () => {},
    beginClockMove: async () => ({ runId: 'bill_1', from: '2026-01-01T00:00:00.000Z' }),
    advanceClock: async () => {},
    completeBillingRun: async ({ runId }) => ({
      billing_run_id: runId,
      subscriptions_billed: 2,
      subscriptions_failed: 0,
      invoices_created: 2,
      invoices_finalized: 2,
      scheduled_changes_failed: 0,
      totals: [{ currency: 'usd', invoices: 2, total: '20' }],
    }),
    ...changes,
  }
}

export const inputs = {
  tick: { kind: 'tick' },
  due: { kind: 'due' },
  run: { kind: 'run', billing_run_id: 'bill_1' },
  clock: { kind: 'clock', to: '2026-02-01T00:00:00.000Z' },
} as const
