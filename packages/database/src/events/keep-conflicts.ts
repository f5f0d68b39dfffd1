import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { EventProperties } from '../tables/event-tables.ts'
import { differing, keptEvent } from './event-content.ts'

/** An event as it travels: a thousand of them carry a thousand times their fields' names. */
export interface SentEvent {
  /** Id, name, customer's two ids, instant (null: none was sent), source and properties. */
  readonly i: string
  readonly n: string
  readonly c: string
  readonly ci: string | null
  readonly t: string | null
  readonly s: string | null
  readonly p: EventProperties
}

/**
 * Of events whose ids were there already those whose content is another than that of the event that counts, by their
 * positions; kept as conflicts, each content once. Of an event that was voided, or whose month was dropped, what its id is
 * still known by is compared.
 *
 * A statement of its own, behind the one that wrote: what another batch wrote meanwhile is only seen by a later one.
 *
 * @param duplicates rows named `event`, of what a `SentEvent` has, with its `position`
 */
export async function keepConflicts(scoped: Scoped, duplicates: RawBuilder<unknown>): Promise<number[]> {
  const { rows } = await sql<{ position: number }>`
    with clock as (
      select coalesce(clock_at, date_trunc('milliseconds', clock_timestamp())) as now
      from environments where id = ${scoped.scope.environmentId}
    ), sent as materialized (
      select environment.id as environment_id, event_key(environment.id, event.i) as event_key, event.*
      from ${duplicates},
        (select current_setting('app.environment_id') as id) as environment
    ), compared as materialized (
      select sent.*, known.timestamp, ${differing(sql`t`)} as differs
      from sent join event_ids known using (event_key) ${keptEvent(sql`sent.i`)}
    ), conflicts as materialized (
      select *, event_key(environment_id, jsonb_build_array(i, n, c, ci, date_part('epoch', t), s, p)::text) as conflict_key
      from compared where differs <> '{}'
    ), written as (
      insert into event_conflicts (environment_id, conflict_key, event_key, timestamp, event_id, differs, sent_event_name,
        sent_external_customer_id, sent_customer_id, sent_timestamp, sent_source, sent_properties, times,
        first_sent_at, last_sent_at)
      select distinct on (conflict_key) environment_id, conflict_key, event_key, timestamp, i, differs, n, c, ci, t, s, p,
        count(*) over (partition by conflict_key), clock.now, clock.now
      from conflicts, clock order by conflict_key
      on conflict (conflict_key) do update set times = event_conflicts.times + excluded.times,
        last_sent_at = excluded.last_sent_at
    )
    select position from conflicts order by position`.execute(scoped.db)
  return rows.map(({ position }) => position)
}
