import { assert } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { invoiceThatCounts } from './event-attribution.ts'
import { holdBilling } from './hold-billing.ts'
import type { EventKey } from './read-events.ts'

/** Which events are taken back, and which page of them. */
export interface EventsToTakeBack {
  /** Those that these wrote, as texts of `xid8`. */
  readonly transactions: readonly string[]
  /** Both inclusive. */
  readonly between: { readonly first: Date; readonly last: Date } | undefined
  readonly after: EventKey | null
  /** So many events are looked at, whoever wrote them. */
  readonly limit: number
  readonly now: Date
}

export interface TakenBackEvents {
  /** Ids of those that are gone: they can come again. */
  readonly deleted: readonly string[]
  /** A finalized invoice has counted them. */
  readonly refused: readonly { readonly eventId: string; readonly invoiceId: string }[]
  /** Behind what the next page begins; null when there is none. */
  readonly last: EventKey | null
}

/**
 * Deletes events as if they had never come, their ids and what conflicts with them too, but for those that a finalized invoice has counted. Needs the
 * caller's transaction. Whoever bills their customers waits, or has billed: no invoice counts what is deleted meanwhile.
 */
export async function takeBackEvents(scoped: Scoped, page: EventsToTakeBack): Promise<TakenBackEvents> {
  assert(scoped.db.isTransaction, 'events are taken back in a transaction')
  const { own, last } = await readPage(scoped, page)
  const [first, end] = [own[0], own.at(-1)]
  if (first === undefined || end === undefined) return { deleted: [], refused: [], last }
  await holdBilling(scoped, [...new Set(own.map(({ customer }) => customer))], page.now)
  await holdIds(
    scoped,
    own.map(({ event_id: id }) => id),
  )
  const these = sql`e.environment_id = ${scoped.scope.environmentId} and ${notBefore(first)} and ${notBehind(end)}
    and e.transaction_id in (${transactionIds(page)})`
  const { rows: counted } = await sql<{ eventId: string; invoiceId: string }>`
    select e.event_id as "eventId", counted.invoice_id as "invoiceId" from events e
    cross join lateral (${invoiceThatCounts()}) counted
    where ${these} order by e.timestamp, e.event_id`.execute(scoped.db)
  const { rows: gone } = await sql<{ event_id: string }>`
    with gone as (
      delete from events e where ${these}
        and e.event_id not in (select unnest(${counted.map(({ eventId }) => eventId)}::text[]))
      returning e.event_id
    ), keys as materialized (
      select event_key(${scoped.scope.environmentId}, event_id) as event_key from gone
    ), freed as (
      delete from event_ids where event_key in (select event_key from keys)
    ), settled as (
      delete from event_conflicts where event_key in (select event_key from keys)
    )
    select event_id from gone`.execute(scoped.db)
  return { deleted: gone.map(({ event_id: id }) => id), refused: counted, last }
}

interface OwnEvent {
  readonly event_id: string
  readonly customer: string
  readonly timestamp: Date
}

async function readPage(
  { db, scope }: Scoped,
  page: EventsToTakeBack,
): Promise<{ own: readonly OwnEvent[]; last: EventKey | null }> {
  const { between, after, limit } = page
  const { rows } = await sql<OwnEvent & { is_own: boolean }>`
    select e.event_id, e.external_customer_id as customer, e.timestamp,
      e.transaction_id in (${transactionIds(page)}) as is_own
    from events e where e.environment_id = ${scope.environmentId}
      and ${between ? sql`e.timestamp between ${between.first} and ${between.last}` : sql`true`}
      and ${after ? sql`e.timestamp >= ${after.timestamp} and (e.timestamp, e.event_id) > (${after.timestamp}, ${after.eventId})` : sql`true`}
    order by e.timestamp, e.event_id limit ${limit}`.execute(db)
  const end = rows.length < limit ? undefined : rows.at(-1)
  return {
    own: rows.filter(({ is_own: isOwn }) => isOwn),
    last: end === undefined ? null : { timestamp: end.timestamp, eventId: end.event_id },
  }
}

function transactionIds({ transactions }: EventsToTakeBack): RawBuilder<unknown> {
  return sql`select unnest(${transactions}::text[])::xid8`
}

/** With the instant alone beside it: that tells the months, and both are a place in the index. */
function notBefore({ timestamp, event_id: id }: OwnEvent): RawBuilder<unknown> {
  return sql`e.timestamp >= ${timestamp} and (e.timestamp, e.event_id) >= (${timestamp}, ${id})`
}

function notBehind({ timestamp, event_id: id }: OwnEvent): RawBuilder<unknown> {
  return sql`e.timestamp <= ${timestamp} and (e.timestamp, e.event_id) <= (${timestamp}, ${id})`
}

/** In the order in which they are taken, so that batches with the same ids wait and never deadlock. */
async function holdIds({ db, scope }: Scoped, ids: readonly string[]): Promise<void> {
  await sql`
    select from event_ids where event_key in (
      select event_key(${scope.environmentId}, id) from unnest(${ids}::text[]) as event (id))
    order by event_key for update`.execute(db)
}
