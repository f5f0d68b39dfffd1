import type { SubscriptionChangeActivities } from '@flexprice/activities/subscription-change'

/** Activities for tests of the workflow's body alone. */
export function pretendSubscriptionChange(
  changes: Partial<SubscriptionChangeActivities> = {},
): SubscriptionChangeActivities {
  return {
    changeSubscription: async ({ subscription_id, mode }) => ({
      ...{ change_id: mode === 'preview' ? null : 'subch_1', kind: 'plan_change', change_type: 'upgrade' },
      effective_at: period.current_period_start,
      ...{ is_scheduled: false, schedule_id: null, superseded_schedules: [] },
      from_plan: { id: 'plan_1', name: 'Basic' },
      to_plan: { id: 'plan_2', name: 'Pro' },
      before: { ...subscriptionOf(subscription_id), plan_id: 'plan_1' },
      after: { ...subscriptionOf(subscription_id), plan_id: 'plan_2' },
      proration: {
        ...{ currency: 'usd', credit_amount: '0', charge_amount: '0', net_amount: '0' },
        period_start: period.current_period_start,
        period_end: period.current_period_end,
      },
      ...{ lines: [], credits: [], invoice_ids: [], invoices: [], warnings: [] },
    }),
    beginBulkChange: async () => [0, 1],
    changeBulkSlice: async () => undefined,
    completeBulkChange: async ({ bulk_change_id }) => ({
      ...{ bulk_change_id, subscriptions: 2, left_out: 1 },
      left_out_by_code: [{ code: 'state_conflict', subscriptions: 1 }],
      totals: [],
    }),
    ...changes,
  }
}

const period = {
  current_period_start: '2026-01-01T00:00:00.000Z',
  current_period_end: '2026-02-01T00:00:00.000Z',
}

function subscriptionOf(id: string) {
  return {
    ...period,
    ...{ id, status: 'active', billing_period: 'MONTHLY', billing_period_count: 1, trial_end: null },
    billing_anchor: period.current_period_start,
    created_at: period.current_period_start,
  }
}

const execute = {
  mode: 'execute',
  subscription_id: 'subs_1',
  request: {
    kind: 'plan_change',
    target_plan_id: 'plan_2',
    proration_behavior: 'create_prorations',
    change_at: 'immediate',
    supersede: false,
    period: null,
  },
  seen_change_id: null,
  idempotency_key: 'key',
  request_hash: 'hash',
} as const

export const inputs = {
  execute,
  preview: { ...execute, mode: 'preview' },
  bulk: { mode: 'execute_bulk', bulk_change_id: 'bulk_1' },
} as const
