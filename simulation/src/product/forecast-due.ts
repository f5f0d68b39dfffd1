import { writeForecasts } from '@flexprice/activities/calculate-charges'
import { inTransaction, type Scoped } from '@flexprice/database/connection'

/** Drafts of all subscriptions that are due, as a calculation makes them which comes before their billing does. */
export async function forecastDue(scoped: Scoped, now: Date): Promise<void> {
  const due = await scoped.db
    .selectFrom('subscriptions')
    .select('id')
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('next_billing_at', '<=', now)
    .where('subscription_status', 'in', ['active', 'trialing', 'paused'])
    .execute()
  const ids = due.map(({ id }) => id)
  if (ids.length === 0) return
  await inTransaction(scoped, (transaction) => writeForecasts(transaction, ids, { seenBy: null, now }))
}
