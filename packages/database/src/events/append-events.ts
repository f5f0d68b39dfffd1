import { assert } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { copyRows } from '../connection/copy-rows.ts'
import { type CopiedEvents, copiedColumns, copiedEventsMax } from './copied-events.ts'
import { differing, keptEvent } from './event-content.ts'
import { keepConflicts, type SentEvent } from './keep-conflicts.ts'
import type { NewEvent } from './new-event.ts'

export const eventsAppendMax = 10_000

/**
 * Writes a batch in one statement: ids, events and notices of old ones, where late usage is billed, together or not at all, each id once however many batches
 * have it at the same time. Ids are taken in one order, so that such batches wait and never deadlock.
 * The batch travels as one JSON text, which costs Node a third of what arrays do and keeps every digit.
 * Where some were there already, and only then, a second statement tells which of these have another content.
 *
 * @param expected `areKnown` where most are taken to be there already, as where much is sent again: what is the same is
 *   found by the statement that writes, which then writes nothing of it, in half the time. A wrong guess costs a sixth
 */
export async function appendEvents(
  scoped: Scoped,
  events: readonly NewEvent[],
  { areKnown = false }: { readonly areKnown?: boolean } = {},
): Promise<AppendedEvents> {
  assert(events.length <= eventsAppendMax, `at most ${eventsAppendMax} events are appended at once`)
  if (events.length === 0) return { duplicates: [], conflicts: [], tooFarAhead: [], contradicting: [] }
  const batch = JSON.stringify(events.map(shortNames))
  const writing = writingOf({
    scoped,
    source: sql`rows from (json_to_recordset(${batch}::json)
      as (i text, n text, c text, ci text, t timestamptz(3), s text, p jsonb))
      with ordinality as event (i, n, c, ci, t, s, p, position)`,
    isReadOnce: false,
    areKnown,
    namesCustomers: events.some(({ customerId }) => customerId !== null),
  })
  return outcomeOf(writing.execute(scoped.db), (duplicates) =>
    keepConflicts(
      scoped,
      sql`json_to_recordset(${JSON.stringify(duplicatesOf(events, duplicates))}::json) as event
        (position integer, i text, n text, c text, ci text, t timestamptz(3), s text, p jsonb)`,
    ),
  )
}

/**
 * Sends a page of a file by COPY into a temporary table, for `appendCopiedEvents` in the same transaction. It waits for
 * nobody and nobody for it, so that it may be done while the page before is written.
 */
export async function copyEvents(scoped: Scoped, page: CopiedEvents): Promise<void> {
  assert(scoped.db.isTransaction, 'a page is copied and written in one transaction')
  assert(page.length <= copiedEventsMax, `at most ${copiedEventsMax} events are copied at once`)
  if (page.length === 0) return
  // What the page is sorted in: by its own 4 MB PostgreSQL would write most of it to the disk and read it again.
  await sql`set local work_mem = '32MB'`.execute(scoped.db)
  await sql`create temporary table if not exists incoming_events (position integer, i text collate "C", n text collate "C",
    c text collate "C", ci text collate "C", t timestamptz(3), s text, p jsonb) on commit delete rows`.execute(
    scoped.db,
  )
  await copyRows(scoped, `incoming_events (${copiedColumns.join()})`, page.rows)
}

/**
 * Writes a page that was copied, as `appendEvents` writes a list: a fifth less work for PostgreSQL.
 *
 * @param meanwhile called once PostgreSQL has all it needs, and works
 */
export async function appendCopiedEvents(
  scoped: Scoped,
  page: CopiedEvents,
  meanwhile: () => void,
): Promise<AppendedEvents> {
  if (page.length === 0) return { duplicates: [], conflicts: [], tooFarAhead: [], contradicting: [] }
  const writing = writingOf({
    scoped,
    source: sql`incoming_events event`,
    isReadOnce: true,
    areKnown: false,
    namesCustomers: page.namesCustomers,
  }).execute(scoped.db)
  setImmediate(meanwhile)
  return outcomeOf(writing, (duplicates) =>
    keepConflicts(
      scoped,
      sql`(select * from incoming_events where position = any (${duplicates}::integer[])) as event`,
    ),
  )
}

interface Incoming {
  readonly scoped: Scoped
  /** Named `event`, with its `position`. */
  readonly source: RawBuilder<unknown>
  /** What is computed of a row is read by what writes it alone. */
  readonly isReadOnce: boolean
  readonly areKnown: boolean
  readonly namesCustomers: boolean
}

/** The statement that writes: what comes in, what of it is wanted, what is fresh of that; and what is not. */
function writingOf({ scoped, source, isReadOnce, areKnown, namesCustomers }: Incoming): RawBuilder<Outcome> {
  return sql<Outcome>`with clock as materialized (
      select coalesce(e.clock_at, date_trunc('milliseconds', clock_timestamp())) as now,
        s.late_usage is not distinct from 'bill' as bills_late, e.clock_at is not null as leaps
      from environments e left join environment_settings s on s.environment_id = e.id
      where e.id = ${scoped.scope.environmentId}
    ), incoming as ${isReadOnce ? sql`not materialized` : sql`materialized`} (
      select event.position::integer - ${isReadOnce ? sql`0` : sql`1`} as position, clock.now,
        event_key(environment.id, event.i) as event_key,
        environment.id as environment_id, event.i, event.n, event.c, event.ci, coalesce(event.t, clock.now) as t,
        event.t as sent_t, event.s, event.p, ${namesCustomers ? namesTwoCustomers : sql`false`} as contradicting
      from clock, ${source},
        (select current_setting('app.environment_id') as id) as environment
    ), wanted as materialized (
      select distinct on (event_key) * from incoming
      where t <= now + interval '1 day' and not contradicting order by event_key, position
    ) ${areKnown ? sql`, there as materialized (${compared})` : sql``}, fresh as (
      insert into event_ids (environment_id, event_key, external_customer_id, event_name, timestamp)
      select environment_id, event_key, c, n, t from wanted
      ${areKnown ? sql`where event_key not in (select event_key from there)` : sql``} order by event_key
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
    select array_agg(position order by position) filter (where t > now + interval '1 day') as "tooFarAhead",
      array_agg(position order by position) filter (where contradicting) as contradicting,
      -- Only looked for where there are some.
      case when count(*) filter (where ${isWanted}) > (select count(*) from fresh) then (
        select array_agg(position order by position) from incoming where ${isWanted}
          and position not in (select wanted.position from wanted join fresh using (event_key))) end as duplicates,
      ${areKnown ? sql`(select array_agg(position) from there where is_same)` : sql`null::integer[]`} as same
    from incoming`
}

/** Those whose ids were there as the statement began; of an id that is taken meanwhile the second statement tells. */
const compared = sql`
  select wanted.position, wanted.event_key, ${differing(sql`wanted.sent_t`)} = '{}' as is_same
  from wanted join event_ids known using (event_key) ${keptEvent(sql`wanted.i`)}`

const isWanted = sql`t <= now + interval '1 day' and not contradicting`

async function outcomeOf(
  writing: Promise<{ readonly rows: readonly Outcome[] }>,
  conflictsOf: (duplicates: readonly number[]) => Promise<number[]>,
): Promise<AppendedEvents> {
  const [outcome] = (await writing).rows
  assert(outcome, 'an aggregate has a row')
  const duplicates = outcome.duplicates ?? []
  const same = new Set(outcome.same)
  const others = duplicates.filter((position) => !same.has(position))
  return {
    duplicates,
    conflicts: others.length === 0 ? [] : await conflictsOf(others),
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
  /** Those of them that have been found to be the same. */
  readonly same: number[] | null
  readonly tooFarAhead: number[] | null
  readonly contradicting: number[] | null
}

/**
 * Where an event has both of its ids they must be one customer's, as far as either is known. Customers are looked up in
 * the statement that writes, and only for such events.
 */
const namesTwoCustomers = sql`(event.ci is not null and (
    exists (select from customers c where c.id = event.ci and c.status <> 'deleted' and c.external_id <> event.c)
    or exists (select from customers c where c.external_id = event.c and c.status <> 'deleted' and c.id <> event.ci)))`

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
