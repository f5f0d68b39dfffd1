import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

export interface ConflictQuery {
  readonly externalCustomerId?: string | undefined
  readonly eventName?: string | undefined
  readonly eventId?: string | undefined
  /** Of the events that count, half-open. */
  readonly start?: Date | undefined
  readonly end?: Date | undefined
  readonly after?: ConflictKey | undefined
  readonly pageSize: number
}

/** Conflicts are in the order of their events' instants, then of a key that says nothing. */
export interface ConflictKey {
  readonly timestamp: Date
  readonly conflictKey: string
}

/** Properties are JSON texts: an event's numbers may have more digits than a float. */
export interface EventConflictRow {
  readonly conflict_key: string
  readonly event_id: string
  readonly differs: readonly string[]
  readonly times: number
  readonly first_sent_at: Date
  readonly last_sent_at: Date
  readonly sent_event_name: string
  readonly sent_external_customer_id: string
  readonly sent_customer_id: string | null
  readonly sent_timestamp: Date | null
  readonly sent_source: string | null
  readonly sent_properties: string
  readonly event_name: string
  readonly external_customer_id: string
  readonly timestamp: Date
  /** Null of an event that was voided, with what follows. */
  readonly ingested_at: Date | null
  readonly customer_id: string | null
  readonly source: string | null
  readonly properties: string | null
}

/** A page of contents that did not count, each beside the event that does, oldest events first. One statement. */
export async function listEventConflicts(
  { db, scope }: Scoped,
  { externalCustomerId, eventName, eventId, start, end, after, pageSize }: ConflictQuery,
): Promise<{ readonly rows: readonly EventConflictRow[]; readonly hasMore: boolean }> {
  const conditions = [
    sql`f.environment_id = ${scope.environmentId}`,
    start && sql`f.timestamp >= ${start}`,
    end && sql`f.timestamp < ${end}`,
    eventId !== undefined && sql`f.event_key = event_key(${scope.environmentId}, ${eventId})`,
    // Of either: a wrong customer or name may be the whole conflict.
    externalCustomerId !== undefined &&
      sql`(k.external_customer_id = ${externalCustomerId} or f.sent_external_customer_id = ${externalCustomerId})`,
    eventName !== undefined && sql`(k.event_name = ${eventName} or f.sent_event_name = ${eventName})`,
    after &&
      sql`f.timestamp >= ${after.timestamp} and (f.timestamp, f.conflict_key) > (${after.timestamp}, ${after.conflictKey}::uuid)`,
  ].filter((condition) => condition !== undefined && condition !== false)
  const { rows } = await sql<EventConflictRow>`
    select page.*, e.ingested_at, e.customer_id, e.source, e.properties::text as properties
    from (
      select f.conflict_key, f.event_id, f.differs, f.times, f.first_sent_at, f.last_sent_at, f.sent_event_name,
        f.sent_external_customer_id, f.sent_customer_id, f.sent_timestamp, f.sent_source,
        f.sent_properties::text as sent_properties, k.event_name, k.external_customer_id, f.timestamp
      from event_conflicts f join event_ids k using (event_key)
      where ${sql.join(conditions, sql` and `)}
      order by f.timestamp, f.conflict_key limit ${pageSize + 1}
    ) page
    left join lateral (
      select e.ingested_at, e.customer_id, e.source, e.properties from events e
      where e.external_customer_id = page.external_customer_id and e.event_name = page.event_name
        and e.timestamp = page.timestamp and e.event_id = page.event_id limit 1
    ) e on true
    order by page.timestamp, page.conflict_key`.execute(db)
  return { rows: rows.slice(0, pageSize), hasMore: rows.length > pageSize }
}
