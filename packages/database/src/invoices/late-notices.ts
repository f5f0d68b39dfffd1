import { instantText } from '@flexprice/domain/time'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

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
      ${closings.map(({ periodEnd }) => instantText(periodEnd))}::timestamptz[]) as c (id, period_end)
    where s.environment_id = ${scope.environmentId} and s.late_usage = 'bill'`.execute(db)
}

const margin = sql`make_interval(secs => ${(youngMs + inFlightMs) / 1_000}::double precision)`

/**
 * A period's invoice that bore late lines is voided: their events are looked at anew, by its replacement or the next
 * one. One of late usage alone is not made again by that. In the transaction that voids it.
 */
export async function noteVoidedLateLines(
  { db, scope }: Scoped,
  invoiceId: string,
  now: Date,
): Promise<void> {
  await sql`
    insert into late_notices (environment_id, external_customer_id, since, due_at)
    select ${scope.environmentId}, c.external_id, min(l.period_start), ${now}
    from invoice_line_items l
    join invoices i on i.environment_id = l.environment_id and i.id = l.invoice_id
    join customers c on c.environment_id = l.environment_id and c.id = l.customer_id
    where l.invoice_id = ${invoiceId} and l.late_of is not null and i.request_key = ''
    group by c.external_id`.execute(db)
}

/**
 * A note on usage is voided: what late usage could not credit beside it is looked at anew. In the transaction that
 * voids it.
 */
export async function noteVoidedCredits(
  { db, scope }: Scoped,
  creditNoteId: string,
  now: Date,
): Promise<void> {
  await sql`
    insert into late_notices (environment_id, external_customer_id, since, due_at)
    select ${scope.environmentId}, c.external_id, min(l.period_start), ${now}
    from credit_note_line_items n
    join invoice_line_items l on l.environment_id = n.environment_id and l.id = n.first_line_id
    join customers c on c.environment_id = l.environment_id and c.id = l.customer_id
    join environment_settings s on s.environment_id = n.environment_id and s.late_usage = 'bill'
    where n.environment_id = ${scope.environmentId} and n.credit_note_id = ${creditNoteId} and l.price_type = 'USAGE'
    group by c.external_id`.execute(db)
}

/** Notices of one customer beyond so many become one. */
const noticesPerCustomerMax = 50
/** Whoever may need one without having a final invoice that anybody can see has ended long before. */
const keptFor = sql`interval '1 day'`

/**
 * Keeps the notices few, in environments that bill late usage: many of a customer become one, whose transaction is this
 * one, so that who has looked at some of them looks once more; those that no final invoice needs any more go.
 */
export async function tidyLateNotices({ db, scope }: Scoped, now: Date): Promise<void> {
  await sql`
    with crowded as (
      select external_customer_id from late_notices where environment_id = ${scope.environmentId} and due_at <= ${now}
      group by external_customer_id having count(*) > ${noticesPerCustomerMax}
    ), gone as (
      delete from late_notices n using crowded
      where n.environment_id = ${scope.environmentId} and n.external_customer_id = crowded.external_customer_id
        and n.due_at <= ${now}
      returning n.*
    )
    insert into late_notices (environment_id, external_customer_id, since, due_at)
    select environment_id, external_customer_id, min(since), max(due_at) from gone group by 1, 2`.execute(db)
  await sql`
    delete from late_notices n where n.environment_id = ${scope.environmentId} and n.due_at < ${now}::timestamptz - ${keptFor}
      and not exists (
        select from customers c
        join subscriptions s on s.environment_id = n.environment_id and s.customer_id = c.id
        left join late_looks k on k.environment_id = n.environment_id and k.subscription_id = s.id
        where c.environment_id = n.environment_id and c.external_id = n.external_customer_id
          and (k.seen_by is null or k.looked_at < n.due_at or not pg_visible_in_snapshot(n.transaction_id, k.seen_by))
          and exists (select from invoices i where i.subscription_id = s.id and i.period_end > n.since
            and i.usage_snapshot is not null and not pg_visible_in_snapshot(n.transaction_id, i.usage_snapshot)))`.execute(
    db,
  )
}
