import type { SplitKey, UsageSlice } from '@flexprice/domain/usage'
import { type RawBuilder, sql } from 'kysely'
import { numberOf } from './number-of.ts'
import type { UsageBatch } from './usage-batches.ts'
import type { Accumulator } from './usage-scans.ts'
import { accumulatorBits, numberBits, type SpanArrays } from './usage-span-arrays.ts'

/** What decides a statement's text; all values are parameters. */
export interface UsageShape {
  readonly customers: UsageBatch['customers']
  readonly isCut: boolean
  readonly isGrouped: boolean
  /** Each scan has the one span that all of them have. */
  readonly isOneSpan: boolean
  readonly filters: number
  readonly wants: ReadonlySet<Accumulator>
  /** A snapshot whose events count; null: all. */
  readonly seenBy: string | null
  readonly slice: UsageSlice
}

/** Whose events are seen and how they are told apart, for all scans of a call. */
export type UsageView = Pick<UsageShape, 'seenBy' | 'slice'>

export function usageShape({ customers, scans }: UsageBatch, view: UsageView): UsageShape {
  return {
    ...view,
    customers,
    isCut: scans.some(({ spans }) => spans.some(({ stepMs }) => stepMs !== null)),
    isGrouped: scans.some(({ measure }) => measure.groupBy !== null),
    isOneSpan: haveOneSpan(scans),
    filters: Math.max(0, ...scans.map(({ measure }) => measure.filters.length)),
    wants: new Set(scans.flatMap(({ wants }) => [...wants])),
  }
}

function haveOneSpan(scans: UsageBatch['scans']): boolean {
  const [first] = scans[0]?.spans ?? []
  return scans.every(({ spans: [span, ...others] }) => {
    const isFirst =
      span?.start.getTime() === first?.start.getTime() && span?.end.getTime() === first?.end.getTime()
    return isFirst && others.length === 0
  })
}

/** Some of what is wanted is of numbers. */
export function isOfNumbers({ wants }: Pick<UsageShape, 'wants'>): boolean {
  return [...wants].some((accumulator) => accumulator !== 'distinct')
}

/** Milliseconds are what parts and weighted values are counted in. */
export function isInTime({ isCut, wants }: Pick<UsageShape, 'isCut' | 'wants'>): boolean {
  return isCut || wants.has('weighted')
}

/** A result's split by the meter's own group or by the slice. */
export function hasGroups({ isGrouped, slice }: UsageShape): boolean {
  return isGrouped || slice.splitBy.length > 0
}

/** The events of the spans that pass their filters, with the numbers among their properties. */
export function measuredEvents(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  if (!isOfNumbers(shape)) return found(spans, shape)
  return sql`
    select *, case when ${wantsNumber} then ${numberOf(sql`property`)} end as number
    from (${found(spans, shape)} offset 0) found`
}

/** The events of the spans, with what is aggregated of them: no more, as each column is carried for each event. */
function found(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  const { customers, isOneSpan, wants } = shape
  const columns = [
    sql`s.scan`,
    sql`s.wants`,
    ...(isOneSpan ? [] : [sql`s.span`]),
    ...(Array.isArray(customers) ? [sql`e.external_customer_id as customer`] : []),
    ...(isInTime(shape) ? [sql`s.start_ms, s.step_ms, s.end_ms, ${epochMs(sql`e.timestamp`)} as ms`] : []),
    ...(wants.has('latest') ? [sql`e.event_id, e.timestamp`] : []),
    ...(hasGroups(shape) ? [sql`${groupOf(shape)} as grp`] : []),
    sql`e.properties ->> s.field as property`,
  ]
  return sql`
    select ${sql.join(columns)}
    ${seenEvents(spans, shape)}`
}

/** The events `e` of the spans `s` that pass their filters and are of the slice. */
export function seenEvents(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  const slots = Array.from({ length: shape.filters }, (_, slot) => passes(slot))
  return sql`${shape.customers === null ? lookedUp(spans, shape) : readThrough(spans, shape, shape.customers)}
      ${slots.length > 0 ? sql.join(slots, sql` `) : sql``}`
}

/** The meter's own group; of a split report a JSON list of that and of the values that it is split by. */
function groupOf({ isGrouped, slice }: UsageShape): RawBuilder<unknown> {
  const own = isGrouped ? sql`e.properties ->> s.group_by` : sql`null::text`
  if (slice.splitBy.length === 0) return own
  return sql`jsonb_build_array(${sql.join([own, ...slice.splitBy.map(splitValue)])})::text`
}

/** The name of an event's group in a split: a JSON list of the values that it has. */
export function splitName({ splitBy }: UsageSlice): RawBuilder<unknown> {
  return sql`jsonb_build_array(${sql.join(splitBy.map(splitValue))})::text`
}

function splitValue(key: SplitKey): RawBuilder<unknown> {
  switch (key.kind) {
    case 'source':
      return sql`e.source`
    case 'customer':
      return sql`e.external_customer_id`
    case 'property':
      return sql`e.properties ->> ${key.name}::text`
  }
}

/** The events of each span by the index: what is behind `offset 0` can be joined in no other way. */
function lookedUp(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  return sql`from ${spans.rows} s
    cross join lateral (
      select e.event_id, e.timestamp, e.properties, e.source, e.external_customer_id from events e
      where e.external_customer_id = s.customer and e.event_name = s.event_name
        and e.timestamp >= s.start_at and e.timestamp < s.end_at
        and e.timestamp >= ${spans.earliest} and e.timestamp < ${spans.latest} ${visible(shape)}
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
  shape: UsageShape,
  customers: readonly string[] | 'every',
): RawBuilder<unknown> {
  const isOfThem =
    customers === 'every' ? sql`` : sql`e.external_customer_id = any (${customers}::text[]) and`
  return sql`from events e
    join ${spans.rows} s on s.event_name = e.event_name
      ${shape.isOneSpan ? sql`` : sql`and case when e.timestamp >= s.start_at and e.timestamp < s.end_at then true else false end`}
    where ${isOfThem} e.event_name = any (${spans.eventNames}::text[])
      and e.timestamp >= ${spans.earliest} and e.timestamp < ${spans.latest} ${visible(shape)}`
}

function visible({ seenBy, slice }: UsageShape): RawBuilder<unknown> {
  const seen = sql`and pg_visible_in_snapshot(e.transaction_id, ${seenBy}::pg_snapshot)`
  const ofSources = sql`and e.source = any (${slice.sources}::text[])`
  const ofGroups = slice.groups && sql`and ${splitName(slice)} = any (${slice.groups}::text[])`
  return sql`${seenBy === null ? sql`` : seen} ${slice.sources === null ? sql`` : ofSources} ${ofGroups ?? sql``}`
}

/** Exact, and four times cheaper than numeric's `extract`: a double holds the milliseconds of 285,000 years. */
export function epochMs(timestamp: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(date_part('epoch', ${timestamp}) * 1000)::bigint`
}

/** Equality on the property's text; an absent one passes no filter. */
function passes(slot: number): RawBuilder<unknown> {
  const key = sql.ref(`s.key_${slot}`)
  return sql`and (${key} is null or jsonb_exists(${sql.ref(`s.values_${slot}`)}, e.properties ->> ${key}))`
}

/** The parts of a span are of one length, but for the last. */
export const partNumber = sql`((ms - start_ms) / step_ms)::integer`

export function wanted(accumulator: Accumulator): RawBuilder<unknown> {
  return sql`wants & ${sql.lit(accumulatorBits[accumulator])} <> 0`
}

export const wantsNumber = sql`wants & ${sql.lit(numberBits)} <> 0`
