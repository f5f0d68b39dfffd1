import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'

/**
 * First invoices of which nothing remains to be paid turn incomplete subscriptions into active ones (billing rules,
 * sections 7 and 12). The caller holds the subscriptions.
 */
export async function activateSubscriptions(
  { db, scope }: Scoped,
  invoiceIds: readonly string[],
  now: Date,
): Promise<void> {
  const { updated_at, updated_by } = change(scope, now)
  await sql`
    update subscriptions s set subscription_status = 'active', version = s.version + 1, updated_at = ${updated_at},
      updated_by = ${updated_by}
    from invoices i
    where i.environment_id = ${scope.environmentId} and i.id = any (${invoiceIds}::text[])
      and i.billing_reason in ('SUBSCRIPTION_CREATE', 'SUBSCRIPTION_TRIAL_END')
      and s.environment_id = i.environment_id and s.id = i.subscription_id
      and s.subscription_status = 'incomplete'`.execute(db)
}
