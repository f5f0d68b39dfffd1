import { type RawBuilder, sql } from 'kysely'
import { numberOf } from './number-of.ts'
import type { UsageBatch } from './usage-batches.ts'
import type { Accumulator } from './usage-scans.ts'
import { accumulatorBits, type SpanArrays } from './usage-span-arrays.ts'

/** What decides a statement's text; all values are parameters. */
export interface UsageShape {
  readonly customers: readonly string[] | null
  readonly isCut: boolean
  readonly isGrouped: boolean
  readonly filters: number
  readonly wants: ReadonlySet<Accumulator>
  /** A snapshot whose events count; null: all. */
  readonly seenBy: string | null
}

export function usageShape({ customers, scans }: UsageBatch, seenBy: string | null): UsageShape {
  return {
    customers,
    seenBy,
    isCut: scans.some(({ spans }) => spans.some(({ stepMs }) => stepMs !== null)),
    isGrouped: scans.some(({ measure }) => measure.groupBy !== null),
    filters: Math.max(0, ...scans.map(({ measure }) => measure.filters.length)),
    wants: new Set(scans.flatMap(({ wants }) => [...wants])),
  }
}

/** The events of the spans that pass their filters, with the numbers among their properties. */
export function measuredEvents(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  return sql`
    select *, case when ${wantsNumber} then ${numberOf(sql`property`)} end as number
    from (${found(spans, shape)} offset 0) found`
}

/** The events of the spans, with what is aggregated of them. */
function found(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  const { customers, isCut, isGrouped, filters, wants } = shape
  const needsInstant = isCut || wants.has('latest') || wants.has('weighted')
  const slots = Array.from({ length: filters }, (_, slot) => passes(slot))
  return sql`
    select ${customers === null ? sql`null::text` : sql`e.external_customer_id`} as customer,
      s.scan, s.span, s.wants, s.start_ms, s.step_ms, s.end_ms,
      ${wants.has('latest') ? sql`e.event_id` : sql`null`} as event_id,
      ${needsInstant ? epochMs : sql`null::bigint`} as ms,
      ${isGrouped ? sql`e.properties ->> s.group_by` : sql`null::text`} as grp,
      e.properties ->> s.field as property
    ${customers === null ? lookedUp(spans, shape) : readThrough(spans, shape, customers)}
      ${slots.length > 0 ? sql.join(slots, sql` `) : sql``}`
}

/** The events of each span by the index: what is behind `offset 0` can be joined in no other way. */
function lookedUp(spans: SpanArrays, { seenBy }: UsageShape): RawBuilder<unknown> {
  return sql`from ${spans.rows} s
    cross join lateral (
      select e.event_id, e.timestamp, e.properties from events e
      where e.external_customer_id = s.customer and e.event_name = s.event_name
        and e.timestamp >= s.start_at and e.timestamp < s.end_at
        and e.timestamp >= ${spans.earliest} and e.timestamp < ${spans.latest} ${visible(seenBy)}
      offset 0
    ) e
    where true`
}

/**
 * The events of many customers, whose number PostgreSQL estimates from the table's statistics, as it cannot
 * for a join with spans: it knows what is in an array. With the spans, which are few, it joins them by a hash. The `case`
 * makes it guess that half of the events lie in them, and not a ninth; one span holds them all.
 */
function readThrough(
  spans: SpanArrays,
  { seenBy }: UsageShape,
  customers: readonly string[],
): RawBuilder<unknown> {
  return sql`from events e
    join ${spans.rows} s on s.event_name = e.event_name
      ${spans.isOne ? sql`` : sql`and case when e.timestamp >= s.start_at and e.timestamp < s.end_at then true else false end`}
    where e.external_customer_id = any (${customers}::text[]) and e.event_name = any (${spans.eventNames}::text[])
      and e.timestamp >= ${spans.earliest} and e.timestamp < ${spans.latest} ${visible(seenBy)}`
}

function visible(seenBy: string | null): RawBuilder<unknown> {
  return seenBy === null ? sql`` : sql`and pg_visible_in_snapshot(e.transaction_id, ${seenBy}::pg_snapshot)`
}

/** Exact, and four times cheaper than numeric's `extract`: a double holds the milliseconds of 285,000 years. */
const epochMs = sql`(date_part('epoch', e.timestamp) * 1000)::bigint`

/** Equality on the property's text; an absent one passes no filter. */
function passes(slot: number): RawBuilder<unknown> {
  const key = sql.ref(`s.key_${slot}`)
  return sql`and (${key} is null or jsonb_exists(${sql.ref(`s.values_${slot}`)}, e.properties ->> ${key}))`
}

/** The parts of a span are of one length, but for the last. */
export function partNumber({ isCut }: UsageShape): RawBuilder<unknown> {
  return isCut ? sql`((ms - start_ms) / step_ms)::integer` : sql`0`
}

export function wanted(accumulator: Accumulator): RawBuilder<unknown> {
  return sql`wants & ${sql.lit(accumulatorBits[accumulator])} <> 0`
}

export const wantsNumber = sql`wants & ${sql.lit(
  accumulatorBits.sum | accumulatorBits.greatest | accumulatorBits.latest | accumulatorBits.weighted,
)} <> 0`
