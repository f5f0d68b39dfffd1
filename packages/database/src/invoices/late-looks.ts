import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * Keeps by which events the subscriptions' late usage is billed: what the snapshot sees is not looked at again. In the
 * transaction that bills it and holds them.
 */
export async function keepLateLooks(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
  { seenBy, now }: { seenBy: string; now: Date },
): Promise<void> {
  if (subscriptionIds.length === 0) return
  await sql`
    insert into late_looks (environment_id, subscription_id, seen_by, looked_at)
    select ${scope.environmentId}, id, ${seenBy}::pg_snapshot, ${now}::timestamptz
    from unnest(${subscriptionIds}::text[]) as of_subscription (id)
    on conflict (environment_id, subscription_id) do update
      set seen_by = excluded.seen_by, looked_at = excluded.looked_at`.execute(db)
}

/** An invoice with usage that is closed so soon that young events may be late for it, without a notice of theirs. */
export interface EarlyClosing {
  readonly externalCustomerId: string
  readonly periodEnd: Date
}

/** How old an event is at most that leaves no notice, and how long its transaction has at most to end. */
const youngMs = 5 * 60_000
const inFlightMs = 5 * 60_000

/** Whether events that leave no notice can come after an invoice that is closed now. */
export function isEarlyClosing(periodEnd: Date, now: Date): boolean {
  return now.getTime() < periodEnd.getTime() + youngMs + inFlightMs
}

/**
 * Leaves a notice for each: it is looked at once no such event can come any more. As its transaction it has the first
 * that the rating's snapshot could not see, which the next look that counts does.
 */
export async function noteEarlyClosings(
  { db, scope }: Scoped,
  closings: readonly EarlyClosing[],
  seenBy: string,
): Promise<void> {
  if (closings.length === 0) return
  await sql`
    insert into late_notices (environment_id, external_customer_id, since, due_at, transaction_id)
    select ${scope.environmentId}, c.id, c.period_end - ${margin}, c.period_end + ${margin},
      pg_snapshot_xmax(${seenBy}::pg_snapshot)
    from environment_settings s, unnest(${closings.map(({ externalCustomerId }) => externalCustomerId)}::text[],
      ${closings.map(({ periodEnd }) => periodEnd.toISOString())}::timestamptz[]) as c (id, period_end)
    where s.environment_id = ${scope.environmentId} and s.late_usage = 'bill'`.execute(db)
}

const margin = sql`make_interval(secs => ${(youngMs + inFlightMs) / 1_000}::double precision)`

/** An invoice that bore late lines is voided: their events are looked at anew. In the transaction that voids it. */
export async function noteVoidedLateLines(
  { db, scope }: Scoped,
  invoiceId: string,
  now: Date,
): Promise<void> {
  await sql`
    insert into late_notices (environment_id, external_customer_id, since, due_at)
    select ${scope.environmentId}, c.external_id, min(l.period_start), ${now}
    from invoice_line_items l
    join customers c on c.environment_id = l.environment_id and c.id = l.customer_id
    where l.invoice_id = ${invoiceId} and l.late_of is not null
    group by c.external_id`.execute(db)
}
