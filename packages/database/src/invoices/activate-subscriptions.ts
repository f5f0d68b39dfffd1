import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'
import type { InvoiceRow } from './invoices.ts'

/** Paying its first invoice turns an incomplete subscription into an active one (billing rules, section 7). */
export async function activateSubscriptions(
  { db, scope }: Scoped,
  paid: readonly Pick<InvoiceRow, 'billing_reason' | 'subscription_id'>[],
  now: Date,
): Promise<void> {
  const ids = paid.flatMap(({ billing_reason: reason, subscription_id: id }) => {
    const isFirst = reason === 'SUBSCRIPTION_CREATE' || reason === 'SUBSCRIPTION_TRIAL_END'
    return isFirst && id !== null ? [id] : []
  })
  if (ids.length === 0) return
  await db
    .updateTable('subscriptions')
    .set({ subscription_status: 'active', version: sql`version + 1`, ...change(scope, now) })
    .where('environment_id', '=', scope.environmentId)
    .where(sql<boolean>`id = any (${ids}::text[])`)
    .where('subscription_status', '=', 'incomplete')
    .execute()
}
