import type { SubscriptionCreationActivities } from '@flexprice/activities/subscription-creation'

/** Activities for tests of the workflow's body alone. */
export function pretendSubscriptionCreation(
  changes: Partial<SubscriptionCreationActivities> = {},
): SubscriptionCreationActivities {
  return {
    createSubscription: async () => ({ subscription_id: 'subs_1' }),
    activateSubscription: async ({ subscription_id }) => ({ subscription_id }),
    createSubscriptionBatch: async ({ batch_id }) => ({
      batch_id,
      created: 1,
      replayed: 0,
      failed: 0,
      items: [{ index: 0, subscription_id: 'subs_1' }],
    }),
    ...changes,
  }
}

export const inputs = {
  one: { kind: 'one', request: { plan_id: 'plan_1' }, idempotency_key: 'key', request_hash: 'hash' },
  batch: { kind: 'batch', batch_id: 'subsb_1' },
  activation: { kind: 'activation', subscription_id: 'subs_1', start_date: '2026-01-01T00:00:00Z' },
} as const
