import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/** Which events, and which page of them. */
export interface EventQuery {
  readonly externalCustomerId?: string | undefined
  readonly eventName?: string | undefined
  readonly eventId?: string | undefined
  readonly source?: string | undefined
  /** Half-open, `[start, end)`. */
  readonly start?: Date | undefined
  readonly end?: Date | undefined
  /** Property → the values of which it must have one, as text. */
  readonly properties?: Readonly<Record<string, readonly string[]>> | undefined
  readonly order: 'asc' | 'desc'
  readonly pageSize: number
  readonly offset: number
  /** The page behind this event in the order, or the page before it. */
  readonly after?: EventKey | undefined
  readonly before?: EventKey | undefined
}

/** Events are in the order of their instants, then ids. */
export interface EventKey {
  readonly timestamp: Date
  readonly eventId: string
}

export interface EventRow {
  readonly event_id: string
  readonly environment_id: string
  readonly event_name: string
  readonly external_customer_id: string
  readonly customer_id: string | null
  readonly source: string | null
  readonly timestamp: Date
  readonly ingested_at: Date
  /** JSON text: an event's numbers may have more digits than a float. */
  readonly properties: string
}

export interface EventPage<Row extends EventRow = EventRow> {
  readonly rows: readonly Row[]
  readonly hasMore: boolean
  /** Where the next page begins: behind the last row, or, where few events pass the filters, behind the last one looked at. */
  readonly last: EventKey | undefined
}

/** So many events are looked at for a page at most: what filters by more than time and customer may find none. */
export const eventsLookedAtMax = 50_000

/** A page of events as they were sent. Never all of a tenant's: a page is bounded, and so is what it looks at. */
export async function readEvents(scoped: Scoped, query: EventQuery): Promise<EventPage> {
  const backwards = query.before !== undefined
  const selective = query.source !== undefined || query.properties !== undefined
  const page = await readEventPage<EventRow>(scoped, {
    where: eventConditions(query),
    keep: sql`${sourceIs(query.source)} and ${propertiesAre(query.properties)}`,
    descending: (query.order === 'desc') !== backwards,
    from: query.before ?? query.after,
    pageSize: query.pageSize,
    offset: query.offset,
    lookAtMax: selective ? eventsLookedAtMax : undefined,
  })
  return backwards ? { ...page, rows: page.rows.toReversed() } : page
}

interface PageScan {
  /** What an index answers. */
  readonly where: RawBuilder<unknown>
  /** What each event has to be looked at for. */
  readonly keep: RawBuilder<unknown>
  /** Further columns of what is kept, of the event `e` and what is joined to it. */
  readonly also?: RawBuilder<unknown>
  readonly join?: RawBuilder<unknown>
  readonly descending: boolean
  readonly from: EventKey | undefined
  readonly pageSize: number
  readonly offset: number
  readonly lookAtMax: number | undefined
}

type ScanRow<Row> = Row & { readonly looked_at: number; readonly last_at: Date; readonly last_id: string }

/** Looks at events in their order, keeps those that pass, and tells where it stopped. */
export async function readEventPage<Row extends EventRow>(
  scoped: Scoped,
  scan: PageScan,
): Promise<EventPage<Row>> {
  const lookAtMax = scan.lookAtMax ?? scan.offset + scan.pageSize + 1
  const order = scan.descending ? sql`desc` : sql`asc`
  const { rows } = await sql<ScanRow<Row | Record<keyof EventRow, null>>>`
    with looked_at as materialized (
      select * from events where ${scan.where} and ${beyond(scan)}
      order by timestamp ${order}, event_id ${order} limit ${lookAtMax}
    ), stop as (
      select count(*) over ()::integer as looked_at, timestamp as last_at, event_id as last_id from looked_at
      order by timestamp ${sql.raw(scan.descending ? 'asc' : 'desc')}, event_id ${sql.raw(scan.descending ? 'asc' : 'desc')} limit 1
    ), kept as (
      select e.event_id, e.environment_id, e.event_name, e.external_customer_id, e.customer_id, e.source,
        e.timestamp, e.ingested_at, e.properties::text as properties ${scan.also ?? sql``}
      from looked_at e ${scan.join ?? sql``} where ${scan.keep}
      order by e.timestamp ${order}, e.event_id ${order} limit ${scan.pageSize + 1} offset ${scan.offset}
    )
    select kept.*, stop.* from stop left join kept on true
    order by kept.timestamp ${order}, kept.event_id ${order}`.execute(scoped.db)
  const kept = rows.filter((row): row is ScanRow<Row> => row.event_id !== null)
  const page = kept.slice(0, scan.pageSize)
  const more = kept.length > scan.pageSize
  const [stop] = rows
  const cutShort = !more && scan.lookAtMax !== undefined && stop?.looked_at === lookAtMax
  const lastRow = page.at(-1)
  const last = cutShort
    ? { timestamp: stop.last_at, eventId: stop.last_id }
    : lastRow && { timestamp: lastRow.timestamp, eventId: lastRow.event_id }
  return { rows: page, hasMore: more || cutShort, last }
}

function beyond({ from, descending }: PageScan): RawBuilder<unknown> {
  if (from === undefined) return sql`true`
  const { timestamp, eventId } = from
  return descending
    ? sql`timestamp <= ${timestamp} and (timestamp, event_id) < (${timestamp}, ${eventId})`
    : sql`timestamp >= ${timestamp} and (timestamp, event_id) > (${timestamp}, ${eventId})`
}

/** What the indexes and the partitions answer. */
export function eventConditions(query: Partial<EventQuery>): RawBuilder<unknown> {
  const conditions = [
    query.externalCustomerId === undefined ? [] : [sql`external_customer_id = ${query.externalCustomerId}`],
    query.eventName === undefined ? [] : [sql`event_name = ${query.eventName}`],
    query.start === undefined ? [] : [sql`timestamp >= ${query.start}`],
    query.end === undefined ? [] : [sql`timestamp < ${query.end}`],
    query.eventId === undefined ? [] : [hasId(query.eventId)],
  ].flat()
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}

/** By the ids' table, which knows where the event lies. */
function hasId(eventId: string): RawBuilder<unknown> {
  return sql`event_id = ${eventId} and (external_customer_id, event_name, timestamp) = (
    select i.external_customer_id, i.event_name, i.timestamp from event_ids i
    where i.event_key = event_key((select current_setting('app.environment_id')), ${eventId}))`
}

function sourceIs(source: string | undefined): RawBuilder<unknown> {
  return source === undefined ? sql`true` : sql`e.source = ${source}`
}

function propertiesAre(properties: EventQuery['properties']): RawBuilder<unknown> {
  const conditions = Object.entries(properties ?? {}).map(
    ([name, values]) => sql`e.properties ->> ${name} = any(${[...values]}::text[])`,
  )
  return conditions.length === 0 ? sql`true` : sql.join(conditions, sql` and `)
}
