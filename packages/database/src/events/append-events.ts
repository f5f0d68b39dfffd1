import { assert } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { EventProperties } from '../tables/event-tables.ts'
import { keepConflicts, type SentEvent } from './keep-conflicts.ts'

export const eventsAppendMax = 10_000

/**
 * Writes a batch in one statement: ids, events and notices of old ones, where late usage is billed, together or not at all, each id once however many batches
 * have it at the same time. Ids are taken in one order, so that such batches wait and never deadlock.
 * The batch travels as one JSON text, which costs Node a third of what arrays do and keeps every digit.
 * Where some were there already, and only then, a second statement tells which of these have another content.
 */
export async function appendEvents(scoped: Scoped, events: readonly NewEvent[]): Promise<AppendedEvents> {
  assert(events.length <= eventsAppendMax, `at most ${eventsAppendMax} events are appended at once`)
  if (events.length === 0) return { duplicates: [], conflicts: [], tooFarAhead: [], contradicting: [] }
  const batch = JSON.stringify(events.map(shortNames))
  const { rows } = await sql<Outcome>`
    with clock as materialized (
      select coalesce(e.clock_at, date_trunc('milliseconds', clock_timestamp())) as now,
        s.late_usage is not distinct from 'bill' as bills_late, e.clock_at is not null as leaps
      from environments e left join environment_settings s on s.environment_id = e.id
      where e.id = ${scoped.scope.environmentId}
    ), incoming as materialized (
      select event.position::integer - 1 as position, clock.now, event_key(environment.id, event.i) as event_key,
        environment.id as environment_id, event.i, event.n, event.c, event.ci, coalesce(event.t, clock.now) as t,
        event.s, event.p, ${namesTwoCustomers(events)} as contradicting
      from clock,
        rows from (json_to_recordset(${batch}::json)
          as (i text, n text, c text, ci text, t timestamptz(3), s text, p jsonb))
          with ordinality as event (i, n, c, ci, t, s, p, position),
        (select current_setting('app.environment_id') as id) as environment
    ), wanted as materialized (
      select distinct on (event_key) * from incoming
      where t <= now + interval '1 day' and not contradicting order by event_key, position
    ), fresh as (
      insert into event_ids (environment_id, event_key, external_customer_id, event_name, timestamp)
      select environment_id, event_key, c, n, t from wanted order by event_key
      on conflict do nothing returning event_key
    ), written as (
      insert into events (environment_id, event_id, event_name, external_customer_id, customer_id, timestamp,
        source, properties, ingested_at)
      select environment_id, i, n, c, ci, t, s, p, now from wanted join fresh using (event_key)
    ), noticed as (
      insert into late_notices (environment_id, external_customer_id, since, due_at)
      select environment_id, c, min(t), min(now) from wanted join fresh using (event_key)
      where (select bills_late from clock) and (t < now - ${youngEvent} or (select leaps from clock))
      group by environment_id, c
    )
    select
      array_agg(position order by position) filter (where t > now + interval '1 day') as "tooFarAhead",
      array_agg(position order by position) filter (where contradicting) as contradicting,
      array_agg(position order by position) filter (where t <= now + interval '1 day' and not contradicting and position not in
        (select wanted.position from wanted join fresh using (event_key))) as duplicates
    from incoming`.execute(scoped.db)
  const [outcome] = rows
  assert(outcome, 'an aggregate has a row')
  const duplicates = outcome.duplicates ?? []
  return {
    duplicates,
    conflicts: duplicates.length === 0 ? [] : await keepConflicts(scoped, duplicatesOf(events, duplicates)),
    tooFarAhead: outcome.tooFarAhead ?? [],
    contradicting: outcome.contradicting ?? [],
  }
}

function duplicatesOf(events: readonly NewEvent[], positions: readonly number[]) {
  return positions.flatMap((position) => {
    const event = events[position]
    return event ? [{ ...shortNames(event), position }] : []
  })
}

/**
 * Younger ones leave no notice: what is late of them is found by invoices that were closed soon (decision 33). Not where
 * a test clock may leap over a month while such an event is being written.
 */
const youngEvent = sql`interval '5 minutes'`

interface Outcome {
  readonly duplicates: number[] | null
  readonly tooFarAhead: number[] | null
  readonly contradicting: number[] | null
}

/**
 * Where an event has both of its ids they must be one customer's, as far as either is known. Customers are looked up in
 * the statement that writes, and only for such events.
 */
function namesTwoCustomers(events: readonly NewEvent[]): RawBuilder<boolean> {
  if (events.every(({ customerId }) => customerId === null)) return sql`false`
  return sql`(event.ci is not null and (
    exists (select from customers c where c.id = event.ci and c.status <> 'deleted' and c.external_id <> event.c)
    or exists (select from customers c where c.external_id = event.c and c.status <> 'deleted' and c.id <> event.ci)))`
}

/** A thousand events carry a thousand times their fields' names. */
function shortNames(event: NewEvent): SentEvent {
  return {
    i: event.eventId,
    n: event.eventName,
    c: event.externalCustomerId,
    ci: event.customerId,
    t: event.timestamp,
    s: event.source,
    p: event.properties,
  }
}

export interface NewEvent {
  /** Unique in its environment for ever: the first one counts. */
  readonly eventId: string
  readonly eventName: string
  readonly externalCustomerId: string
  readonly customerId: string | null
  /** An RFC 3339 instant; null for the environment's now. */
  readonly timestamp: string | null
  readonly source: string | null
  readonly properties: EventProperties
}

/** What became of a batch, by the events' positions in it, ascending. The rest was written. */
export interface AppendedEvents {
  /** Their ids were there already, or came twice in the batch. */
  readonly duplicates: readonly number[]
  /** Those of the duplicates whose content is not that of the event that counts: kept, and listed. */
  readonly conflicts: readonly number[]
  /** More than a day ahead of the environment's clock (billing rules, section 4); nothing was written of them. */
  readonly tooFarAhead: readonly number[]
  /** Their `customerId` is that of a customer with another external id; nothing was written of them. */
  readonly contradicting: readonly number[]
}
