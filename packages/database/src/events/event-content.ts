import { type RawBuilder, sql } from 'kysely'

/** Of an id that is `known` the event that counts, as `kept`; nothing of one that was voided, or dropped with its month. */
export function keptEvent(eventId: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`left join lateral (
    select true as is_there, e.customer_id, e.source, e.properties from events e
    where e.external_customer_id = known.external_customer_id and e.event_name = known.event_name
      and e.timestamp = known.timestamp and e.event_id = ${eventId} limit 1
  ) kept on true`
}

/**
 * What of a sent event, as a `SentEvent` has it, is not as in the one that counts, which is `known` and `kept`. Texts are
 * compared, as in filters: `1` and `1.0` are two values; what is the same byte by byte, as nearly all that is sent again,
 * is the same text, and is not made one.
 *
 * @param instant null where none was sent: it says none, and differs from none
 */
export function differing(instant: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`array_remove(array[
    case when n <> known.event_name then 'event_name' end,
    case when c <> known.external_customer_id then 'external_customer_id' end,
    case when kept.is_there and ci is distinct from kept.customer_id then 'customer_id' end,
    case when ${instant} <> known.timestamp then 'timestamp' end,
    case when kept.is_there and s is distinct from kept.source then 'source' end,
    case when not record_image_eq(row(p), row(kept.properties)) and p::text <> kept.properties::text then 'properties' end],
    null)`
}
