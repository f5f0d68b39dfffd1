import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change } from '../connection/row-changes.ts'

/**
 * Waits for whoever bills these customers, and keeps others from it until the caller's transaction ends: an invoice that
 * is written closed has no draft by which it would notice that an event went meanwhile. Drafts are changed, so that who
 * has rated one already begins anew.
 */
export async function holdBilling(
  { db, scope }: Scoped,
  externalCustomerIds: readonly string[],
  now: Date,
): Promise<void> {
  const customers = sql`select id from customers where environment_id = ${scope.environmentId}
    and external_id = any (${[...externalCustomerIds]}::text[])`
  await sql`
    select from subscriptions where environment_id = ${scope.environmentId} and customer_id in (${customers})
    order by id for share`.execute(db)
  const { updated_at, updated_by } = change(scope, now)
  await sql`
    with draft as materialized (
      select id from invoices where environment_id = ${scope.environmentId} and invoice_status = 'DRAFT'
        and customer_id in (${customers})
      order by id for update
    )
    update invoices set version = version + 1, updated_at = ${updated_at}::timestamptz, updated_by = ${updated_by}
    where environment_id = ${scope.environmentId} and id in (select id from draft)`.execute(db)
}
