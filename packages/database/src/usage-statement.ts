import { fractionDigitsMax, integerDigitsMax } from '@flexprice/domain'
import { type RawBuilder, sql } from 'kysely'
import { plannedAnew } from './named-statements.ts'
import type { Accumulator, UsageScan } from './usage-scans.ts'
import { accumulatorBits, type SpanArrays, spanArrays } from './usage-span-arrays.ts'

/** The aggregates of one part of one span of one scan, and of one group in it; decimals are texts. */
export interface UsageRow {
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
  readonly isCut: boolean
  readonly isGrouped: boolean
  readonly filters: number
  readonly wants: ReadonlySet<Accumulator>
  /** A snapshot whose events count; null: all. */
  readonly seenBy: string | null
}

/**
 * One statement for any number of scans: their spans, as arrays, join the events. It is planned for the
 * arrays that it runs with: an index serves a few customers, a hash over a month's partition thousands.
 * Each `offset 0` keeps what it selects from being computed once for each of its uses.
 */
export function usageStatement(
  scans: readonly UsageScan[],
  { rowsMax, seenBy }: { rowsMax: number; seenBy: string | null },
): RawBuilder<UsageRow> {
  const shape = { ...shapeOf(scans), seenBy }
  const spans = spanArrays(scans, shape.filters)
  const aggregated = shape.wants.has('distinct') ? distinctly(spans, shape) : plainly(spans, shape)
  return sql<UsageRow>`${sql.raw(plannedAnew)}
    select scan, span, part, grp as "group", events, numbers, not_numeric, sum, greatest,
      latest[3] as latest, weighted, "distinct"
    from (${aggregated}) aggregated
    order by scan, span, part, grp collate "C" nulls first
    limit ${rowsMax}`
}

function shapeOf(scans: readonly UsageScan[]): Omit<Shape, 'seenBy'> {
  return {
    isCut: scans.some(({ spans }) => spans.some(({ stepMs }) => stepMs !== null)),
    isGrouped: scans.some(({ measure }) => measure.groupBy !== null),
    filters: Math.max(0, ...scans.map(({ measure }) => measure.filters.length)),
    wants: new Set(scans.flatMap(({ wants }) => [...wants])),
  }
}

function plainly(spans: SpanArrays, shape: Shape): RawBuilder<unknown> {
  return sql`
    select scan, span, ${part(shape)} as part, grp, ${aggregates(shape)}, 0 as "distinct"
    from (${measured(spans, shape)} offset 0) measured
    group by 1, 2, 3, 4`
}

/** By value first: several times cheaper than `count(distinct)`, which sorts each group. */
function distinctly(spans: SpanArrays, shape: Shape): RawBuilder<unknown> {
  return sql`
    select scan, span, part, grp, sum(events)::bigint as events, sum(numbers)::bigint as numbers,
      sum(not_numeric)::bigint as not_numeric, sum(sum) as sum, max(greatest) as greatest,
      max(latest) as latest, sum(weighted) as weighted, count(value) as "distinct"
    from (
      select scan, span, ${part(shape)} as part, grp,
        case when ${wanted('distinct')} then nullif(property, '') end as value, ${aggregates(shape)}
      from (${measured(spans, shape)} offset 0) measured
      group by 1, 2, 3, 4, 5
    ) by_value
    group by 1, 2, 3, 4`
}

function aggregates({ isCut, wants }: Shape): RawBuilder<unknown> {
  const pick = (accumulator: Accumulator, type: string, aggregate: RawBuilder<unknown>) =>
    wants.has(accumulator)
      ? sql`${aggregate} filter (where ${wanted(accumulator)}) as ${sql.ref(accumulator)}`
      : sql`null::${sql.raw(type)} as ${sql.ref(accumulator)}`
  const weightedUntil = isCut
    ? sql`coalesce(weighted_until_ms, least(start_ms + ((ms - start_ms) / step_ms + 1) * step_ms, end_ms))`
    : sql`coalesce(weighted_until_ms, end_ms)`
  return sql`count(*) as events, count(number) as numbers,
    count(property) filter (where number is null and ${wantsNumber}) as not_numeric,
    ${pick('sum', 'numeric', sql`sum(number)`)},
    ${pick('greatest', 'numeric', sql`max(number)`)},
    ${pick('latest', 'text[]', sql`max(${newestFirst})`)},
    ${pick('weighted', 'numeric', sql`sum(number * (${weightedUntil} - ms))`)}`
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
function found(spans: SpanArrays, { isCut, isGrouped, filters, wants, seenBy }: Shape): RawBuilder<unknown> {
  const needsInstant = isCut || wants.has('latest') || wants.has('weighted')
  const slots = Array.from({ length: filters }, (_, slot) => passes(slot))
  return sql`
    select s.scan, s.span, s.wants, s.start_ms, s.step_ms, s.end_ms, s.weighted_until_ms,
      ${wants.has('latest') ? sql`e.event_id` : sql`null`} as event_id,
      ${needsInstant ? epochMs : sql`null::bigint`} as ms,
      ${isGrouped ? sql`e.properties ->> s.group_by` : sql`null::text`} as grp,
      e.properties ->> s.field as property
    from ${spans.rows} s
    join events e on e.external_customer_id = s.customer and e.event_name = s.event_name
      and e.timestamp >= s.start_at and e.timestamp < s.end_at
    where e.timestamp >= ${spans.earliest} and e.timestamp < ${spans.latest}
      ${seenBy === null ? sql`` : sql`and pg_visible_in_snapshot(e.transaction_id, ${seenBy}::pg_snapshot)`}
      ${slots.length > 0 ? sql.join(slots, sql` `) : sql``}`
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
