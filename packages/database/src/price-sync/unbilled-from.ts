import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * As an expression of SQL, over a subscription `s`: the start of its earliest period whose invoice is not written
 * or still a draft. What lies before it is billed. A cycle's invoice is of the period that it closes, and moves the
 * subscription's current period on; a draft may be left behind, and one of the current period be closed already.
 */
export function unbilledFrom(environmentId: string): RawBuilder<Date> {
  return sql`(
    select least(min(i.period_start) filter (where i.invoice_status = 'DRAFT'), greatest(s.current_period_start,
      max(i.period_end) filter (where i.invoice_status <> 'DRAFT')))
    from invoices i
    where i.environment_id = ${environmentId} and i.subscription_id = s.id
      and i.billing_reason = 'SUBSCRIPTION_CYCLE' and i.invoice_status <> 'VOIDED')`
}

/** Of each of the subscriptions. */
export async function listUnbilledFrom(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await sql<{ id: string; unbilled_from: Date }>`
    select s.id, ${unbilledFrom(scope.environmentId)} as unbilled_from from subscriptions s
    where s.environment_id = ${scope.environmentId} and s.id = any (${subscriptionIds}::text[])`.execute(db)
  return new Map(rows.map(({ id, unbilled_from }) => [id, unbilled_from]))
}
