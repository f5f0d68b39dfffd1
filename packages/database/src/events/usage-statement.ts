import { fractionDigitsMax, integerDigitsMax } from '@flexprice/domain/money'
import { type RawBuilder, sql } from 'kysely'
import { plannedAnew } from '../connection/named-statements.ts'
import type { UsageBatch } from './usage-batches.ts'
import type { Accumulator } from './usage-scans.ts'
import { accumulatorBits, type SpanArrays, spanArrays } from './usage-span-arrays.ts'

/** The aggregates of one part of one span of one scan, and of one group in it; decimals are texts. */
export interface UsageRow {
  /** Of a batch that is of many; else null. */
  readonly customer: string | null
  readonly scan: number
  readonly span: number
  readonly part: number
  readonly group: string | null
  readonly events: number
  /** Where numbers are aggregated: events whose property is one, and those whose is there but none. */
  readonly numbers: number
  readonly not_numeric: number
  readonly sum: string | null
  readonly greatest: string | null
  readonly latest: string | null
  readonly weighted: string | null
  readonly distinct: number
}

/** What decides a statement's text; all values are parameters. */
interface Shape {
  readonly customers: readonly string[] | null
  readonly isCut: boolean
  readonly isGrouped: boolean
  readonly filters: number
  readonly wants: ReadonlySet<Accumulator>
  /** A snapshot whose events count; null: all. */
  readonly seenBy: string | null
}

/** Each `offset 0` keeps what it selects from being computed once for each of its uses. */
export function usageStatement(
  batch: UsageBatch,
  { rowsMax, seenBy }: { rowsMax: number; seenBy: string | null },
): RawBuilder<UsageRow> {
  const shape = { ...shapeOf(batch), seenBy }
  const spans = spanArrays(batch.scans, shape.filters)
  const aggregated = shape.wants.has('distinct') ? distinctly(spans, shape) : plainly(spans, shape)
  return sql<UsageRow>`${sql.raw(plannedAnew)}
    select customer, scan, span, part, grp as "group", events, numbers, not_numeric, sum, greatest,
      latest[3] as latest, weighted, "distinct"
    from (${aggregated}) aggregated
    order by scan, customer collate "C", span, part, grp collate "C" nulls first
    limit ${rowsMax}`
}

function shapeOf({ customers, scans }: UsageBatch): Omit<Shape, 'seenBy'> {
  return {
    customers,
    isCut: scans.some(({ spans }) => spans.some(({ stepMs }) => stepMs !== null)),
    isGrouped: scans.some(({ measure }) => measure.groupBy !== null),
    filters: Math.max(0, ...scans.map(({ measure }) => measure.filters.length)),
    wants: new Set(scans.flatMap(({ wants }) => [...wants])),
  }
}

function plainly(spans: SpanArrays, shape: Shape): RawBuilder<unknown> {
  return sql`
    select customer, scan, span, ${part(shape)} as part, grp, ${aggregates(shape)}, 0 as "distinct"
    from (${measured(spans, shape)} offset 0) measured
    group by 1, 2, 3, 4, 5`
}

/** By value first: several times cheaper than `count(distinct)`, which sorts each group. */
function distinctly(spans: SpanArrays, shape: Shape): RawBuilder<unknown> {
  return sql`
    select customer, scan, span, part, grp, sum(events)::bigint as events, sum(numbers)::bigint as numbers,
      sum(not_numeric)::bigint as not_numeric, sum(sum) as sum, max(greatest) as greatest,
      max(latest) as latest, sum(weighted) as weighted, count(value) as "distinct"
    from (
      select customer, scan, span, ${part(shape)} as part, grp,
        case when ${wanted('distinct')} then nullif(property, '') end as value, ${aggregates(shape)}
      from (${measured(spans, shape)} offset 0) measured
      group by 1, 2, 3, 4, 5, 6
    ) by_value
    group by 1, 2, 3, 4, 5`
}

function aggregates({ isCut, wants }: Shape): RawBuilder<unknown> {
  const pick = (accumulator: Accumulator, type: string, aggregate: RawBuilder<unknown>) =>
    wants.has(accumulator)
      ? sql`${aggregate} filter (where ${wanted(accumulator)}) as ${sql.ref(accumulator)}`
      : sql`null::${sql.raw(type)} as ${sql.ref(accumulator)}`
  const partEnd = isCut
    ? sql`least(start_ms + ((ms - start_ms) / step_ms + 1) * step_ms, end_ms)`
    : sql`end_ms`
  return sql`count(*) as events, count(number) as numbers,
    count(property) filter (where number is null and ${wantsNumber}) as not_numeric,
    ${pick('sum', 'numeric', sql`sum(number)`)},
    ${pick('greatest', 'numeric', sql`max(number)`)},
    ${pick('latest', 'text[]', sql`max(${newestFirst})`)},
    ${pick('weighted', 'numeric', sql`sum(number * (${partEnd} - ms))`)}`
}

/** The parts of a span are of one length, but for the last. */
function part({ isCut }: Shape): RawBuilder<unknown> {
  return isCut ? sql`((ms - start_ms) / step_ms)::integer` : sql`0`
}

/** PostgreSQL's first timestamp lies 213 billion seconds before 1970: with these none is negative. */
const beforeAnyMs = 300_000_000_000_000

/** Of arrays the greatest is that of the greatest instant, then of the greatest event id; absent ones do not count. */
const newestFirst = sql`case when number is not null then
  array[lpad((ms + ${sql.lit(beforeAnyMs)})::text, 17, '0'), event_id, number::text collate "C"] end`

/** The events found, with the numbers among their properties. */
function measured(spans: SpanArrays, shape: Shape): RawBuilder<unknown> {
  return sql`
    select *, case
      when not (${wantsNumber}) then null
      when length(property) <= ${sql.lit(shortMax)} then
        case when property collate "C" ~ ${sql.lit(shortNumber)} then property::numeric end
      when length(property) <= ${sql.lit(lengthMax)} then
        case when property collate "C" ~ ${sql.lit(anyNumber)} then property::numeric end
    end as number
    from (${found(spans, shape)} offset 0) found`
}

/** A number as the domain's `parseDecimal` takes it, by a cheaper pattern where the text is too short to be too long. */
const shortNumber = '^-?[0-9]+(?:[.][0-9]+)?$'
const shortMax = fractionDigitsMax
const anyNumber = `^-?[0-9]{1,${integerDigitsMax}}(?:[.][0-9]{1,${fractionDigitsMax}})?$`
const lengthMax = integerDigitsMax + fractionDigitsMax + '-.'.length

/** The events of the spans, with what is aggregated of them. */
function found(spans: SpanArrays, shape: Shape): RawBuilder<unknown> {
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
function lookedUp(spans: SpanArrays, { seenBy }: Shape): RawBuilder<unknown> {
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
  { seenBy }: Shape,
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

function wanted(accumulator: Accumulator): RawBuilder<unknown> {
  return sql`wants & ${sql.lit(accumulatorBits[accumulator])} <> 0`
}

const wantsNumber = sql`wants & ${sql.lit(
  accumulatorBits.sum | accumulatorBits.greatest | accumulatorBits.latest | accumulatorBits.weighted,
)} <> 0`
