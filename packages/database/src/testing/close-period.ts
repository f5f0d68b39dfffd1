import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'

/**
 * What a billing run does to a subscription's current period: its invoice, a draft, or closed with those before it;
 * and the next period from that end on. Nothing where that one has begun already.
 */
export async function closePeriod(
  { db, scope }: Scoped,
  subscriptionId: string,
  { end, invoiceStatus }: { end: Date; invoiceStatus: 'DRAFT' | 'SKIPPED' },
): Promise<undefined> {
  const next = new Date(end.getTime() + periodMs)
  await sql`
    insert into invoices (id, environment_id, customer_id, subscription_id, invoice_type, billing_reason,
      invoice_status, payment_status, currency, period_start, period_end, subtotal, total, amount_due,
      created_at, updated_at, created_by, updated_by)
    select ${newId('invoice')}, environment_id, customer_id, id, 'SUBSCRIPTION', 'SUBSCRIPTION_CYCLE', 'DRAFT',
      'PENDING', currency, current_period_start, ${end}, 0, 0, 0, ${end}, ${end}, ${scope.userId}, ${scope.userId}
    from subscriptions where id = ${subscriptionId} and current_period_start < ${end}`.execute(db)
  if (invoiceStatus === 'SKIPPED') {
    await sql`update invoices set invoice_status = 'SKIPPED' where subscription_id = ${subscriptionId}`.execute(
      db,
    )
  }
  await sql`
    update subscriptions set current_period_start = ${end}, current_period_end = ${next}
    where id = ${subscriptionId} and current_period_start < ${end}`.execute(db)
}

const periodMs = 30 * 86_400_000
