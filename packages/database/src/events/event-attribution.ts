import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import {
  type EventPage,
  type EventRow,
  eventConditions,
  eventsLookedAtMax,
  readEventPage,
} from './read-events.ts'

export interface EventListQuery {
  readonly externalCustomerId?: string | undefined
  readonly start?: Date | undefined
  readonly end?: Date | undefined
  readonly after?: { readonly timestamp: Date; readonly eventId: string } | undefined
  readonly pageSize: number
}

export interface UnattributedEventRow extends EventRow {
  readonly reason: 'unknown_customer' | 'no_line' | 'paused' | 'period_closed' | 'meter_without_line'
  /** For `meter_without_line`: what nobody counts of it. */
  readonly meter_ids: readonly string[] | null
}

export interface LateEventRow extends EventRow {
  readonly invoice_id: string
  readonly invoice_number: string | null
  readonly subscription_id: string
}

/**
 * Events that count nowhere as yet, oldest first (billing rules, section 4): their customer is unknown, or none of
 * its lines that meter them is at work at their instant: a line without an end ends with its subscription.
 * What a closed invoice has counted, or came late for, is none of them, whatever a sync has made of its line since.
 * `meter_without_line`: a line counts it, but the plan has another meter for it whose price the subscription has not, as it is in
 * another currency or for another period.
 * `paused`: its subscription was. `period_closed`: its line came, or was changed, when the period was billed already, and bills that time no more.
 */
export function listUnattributedEvents(
  scoped: Scoped,
  query: EventListQuery,
): Promise<EventPage<UnattributedEventRow>> {
  return readEventPage(scoped, {
    ...pageOf(query),
    keep: sql`unpriced.meter_ids is not null
      or not ${isOnALine(sql`and not ${isInPause} and ${isStillToBeBilled}`)} and not exists (${closedInvoice(sql`true`)})`,
    join: sql`left join lateral (${unpricedMeters}) unpriced on true`,
    also: sql`, unpriced.meter_ids, case when unpriced.meter_ids is not null and ${isOnALine(sql``)} then 'meter_without_line'
      when ${isOnALine(sql`and not ${isInPause}`)} then 'period_closed'
      when ${isOnALine(sql``)} then 'paused'
      when exists (select from customers c where c.external_id = e.external_customer_id and c.status = 'published')
        then 'no_line' else 'unknown_customer' end as reason`,
  })
}

/**
 * Events that came after the invoice that they belong on was finalized, oldest first, each with that invoice; but for
 * those that were billed since (decision 33).
 */
export function listLateEvents(scoped: Scoped, query: EventListQuery): Promise<EventPage<LateEventRow>> {
  return readEventPage(scoped, {
    ...pageOf(query),
    keep: sql`late.invoice_id is not null`,
    also: sql`, late.*`,
    join: sql`left join lateral (${closedInvoice(sql`not ${isCounted} and not ${isBilledLate}`)}) late on true`,
  })
}

/** The finalized invoice that has counted the event `e`, or whose lines were changed by it since, if any. */
export const invoiceThatCounts = (): RawBuilder<unknown> =>
  closedInvoice(sql`i.invoice_status = 'FINALIZED' and (${isCounted} or ${isBilledLate})`)

function pageOf(query: EventListQuery) {
  return {
    where: eventConditions(query),
    descending: false,
    from: query.after,
    pageSize: query.pageSize,
    offset: 0,
    lookAtMax: eventsLookedAtMax,
  }
}

/**
 * A step of a join that is taken in the order in which it stands, whatever statistics say: from an event's customer to what
 * that has. Where they say that tables are empty, all of an environment's invoices were read for each event.
 */
const then = (alias: string, rows: RawBuilder<unknown>) =>
  sql`cross join lateral (${rows} offset 0) ${sql.ref(alias)}`

const customerOfEvent = (condition = sql``) =>
  sql`(select id from customers c where c.external_id = e.external_customer_id ${condition} offset 0) c`
const isPublished = sql`and c.status = 'published'`
const itsSubscriptions = then(
  's',
  sql`select * from subscriptions s where s.customer_id = c.id and s.subscription_status <> 'draft'`,
)

/** The meter `m`, narrowed by the price `p`, counts the event `e`. */
const isMetered = sql`m.event_name = e.event_name
  and not exists (select from jsonb_array_elements(m.filters) f
    where not coalesce((f -> 'values') ? (e.properties ->> (f ->> 'key')), false))
  and not exists (select from jsonb_each(coalesce(p.filter_values, '{}')) f
    where not coalesce(f.value ? (e.properties ->> f.key), false))`

/** That the subscription has ended, and its last period was billed without the line, which came or was changed later. */
const isOver = sql`(s.subscription_status = 'cancelled' and (l.created_at > s.end_date or exists (
  select from invoices i where i.environment_id = s.environment_id and i.subscription_id = s.id
    and i.billing_reason = 'SUBSCRIPTION_CYCLE' and i.invoice_status in ('FINALIZED', 'SKIPPED')
    and i.period_start <= e.timestamp and i.period_end > e.timestamp)))`

/**
 * That a line bills the time of the event `e`, or has it for free in the subscription's trial, or another system has
 * billed it: its period is not over, or its invoice waits as a draft, or was voided and not made anew; a period that is
 * not the subscription's own may be longer.
 */
const isStillToBeBilled = sql`(e.timestamp >= s.current_period_start and not ${isOver} or e.timestamp < s.trial_end
  or e.timestamp < s.bill_from
  or (p.billing_period, p.billing_period_count) <> (s.billing_period, s.billing_period_count)
  or exists (select from invoices i where i.environment_id = s.environment_id and i.subscription_id = s.id
    and i.billing_reason = 'SUBSCRIPTION_CYCLE' and i.invoice_status in ('DRAFT', 'VOIDED')
    and i.period_start <= e.timestamp and i.period_end > e.timestamp and not (i.invoice_status = 'VOIDED' and exists (
      select from invoices j where j.environment_id = i.environment_id and j.subscription_id = i.subscription_id
        and j.billing_reason = i.billing_reason and j.period_start = i.period_start and j.period_end = i.period_end
        and j.request_key = i.request_key and j.invoice_status <> 'VOIDED'))))`

/** That the subscription `s` stands still at the event `e`: nobody bills what is used then. */
const isInPause = sql`exists (select from subscription_pauses b where b.subscription_id = s.id
  and b.pause_status <> 'cancelled' and b.pause_start <= e.timestamp
  and (b.pause_end is null or b.pause_end > e.timestamp))`

const isOnALine = (condition: RawBuilder<unknown>) => sql`exists (
  select from ${customerOfEvent(isPublished)} ${itsSubscriptions}
  ${then(
    'l',
    sql`select * from subscription_line_items l where l.subscription_id = s.id
      and l.start_date <= e.timestamp and (l.end_date is null or l.end_date > e.timestamp)`,
  )}
  ${then('p', sql`select * from prices p where p.id = l.price_id`)}
  ${then('m', sql`select * from meters m where m.id = p.meter_id`)}
  where (s.end_date is null or s.end_date > e.timestamp) and ${isMetered} ${condition})`

/**
 * The meters that count the event `e` by prices of its customer's plans, of which no subscription of the customer has ever had a
 * line: one that ended, or was left out, is somebody's will.
 */
const unpricedMeters = sql`select array_agg(distinct m.id order by m.id) as meter_ids
  from (
    select m.id, m.event_name, m.filters, p.filter_values
    from ${customerOfEvent(isPublished)} ${itsSubscriptions}
    ${then(
      'p',
      sql`select * from prices p where p.plan_id = s.plan_id and p.status = 'published'
        and p.start_date <= e.timestamp and (p.end_date is null or p.end_date > e.timestamp)`,
    )}
    ${then('m', sql`select * from meters m where m.id = p.meter_id and m.event_name = e.event_name`)}
    where s.start_date <= e.timestamp and (s.end_date is null or s.end_date > e.timestamp)
      and not exists (select from subscriptions o join subscription_line_items l on l.subscription_id = o.id
        join prices q on q.id = l.price_id where o.customer_id = c.id and q.meter_id = m.id)
  ) m cross join lateral (select m.filter_values) p
  where ${isMetered}`

const isCounted = sql`pg_visible_in_snapshot(e.transaction_id, i.usage_snapshot)`

const isBilledLate = sql`exists (select from late_looks k where k.environment_id = i.environment_id
  and k.subscription_id = i.subscription_id and pg_visible_in_snapshot(e.transaction_id, k.seen_by))`

/** A skipped one had nothing to bill, and is as closed: what comes after it is late. */
function closedInvoice(condition: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`select i.id as invoice_id, i.invoice_number, i.subscription_id
    from ${customerOfEvent()}
    ${then(
      'i',
      sql`select * from invoices i where i.customer_id = c.id and i.invoice_status in ('FINALIZED', 'SKIPPED')
        and i.usage_snapshot is not null`,
    )}
    ${then(
      'il',
      sql`select price_id from invoice_line_items il where il.invoice_id = i.id and il.price_type = 'USAGE'
        and il.period_start <= e.timestamp and il.period_end > e.timestamp`,
    )}
    ${then('p', sql`select * from prices p where p.id = il.price_id`)}
    ${then('m', sql`select * from meters m where m.id = p.meter_id`)}
    where ${isMetered} and ${condition}
    order by i.id limit 1`
}
