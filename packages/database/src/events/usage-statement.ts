import { type RawBuilder, sql } from 'kysely'
import { plannedAnew } from '../connection/named-statements.ts'
import type { UsageBatch } from './usage-batches.ts'
import {
  epochMs,
  hasGroups,
  isInTime,
  isOfNumbers,
  measuredEvents,
  partNumber,
  type UsageShape,
  type UsageView,
  usageShape,
  wanted,
} from './usage-events.ts'
import type { Accumulator } from './usage-scans.ts'
import { bitsOf, numberBits, type SpanArrays, spanArrays } from './usage-span-arrays.ts'

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
  /** Events that have the property. */
  readonly present: number
  readonly sum: string | null
  readonly greatest: string | null
  readonly latest: string | null
  readonly weighted: string | null
  readonly distinct: number
}

/**
 * Each `offset 0` keeps what it selects from being computed once for each of its uses. What is the same for all events
 * is neither grouped by nor aggregated (decision 66): each aggregate and each key costs every event.
 */
export function usageStatement(
  batch: UsageBatch,
  { rowsMax, view }: { rowsMax: number; view: UsageView },
): RawBuilder<UsageRow> {
  const shape = usageShape(batch, view)
  const spans = spanArrays(batch.scans, { ...shape, isInTime: isInTime(shape) })
  const aggregated = shape.wants.has('distinct') ? distinctly(spans, shape) : plainly(spans, shape)
  const wantsOfScans = batch.scans.map(bitsOf)
  return sql<UsageRow>`${sql.raw(plannedAnew)}
    select ${Array.isArray(shape.customers) ? sql`customer` : sql`null as customer`}, scan,
      ${shape.isOneSpan ? sql`0 as span` : sql`span`}, ${shape.isCut ? sql`part` : sql`0 as part`},
      ${hasGroups(shape) ? sql`grp` : sql`null`} as "group", events, numbers, present,
      case when (${wantsOfScans}::integer[])[scan + 1] & ${sql.lit(numberBits)} <> 0 then present - numbers else 0 end
        as not_numeric,
      sum, greatest, split_part(latest, ${endOfId}, 2) as latest, weighted, "distinct"
    from (${aggregated}) aggregated
    order by ${sql.join(orderOf(shape))}
    limit ${rowsMax}`
}

function orderOf(shape: UsageShape): RawBuilder<unknown>[] {
  return [
    sql`scan`,
    ...(Array.isArray(shape.customers) ? [sql`customer collate "C"`] : []),
    ...(shape.isOneSpan ? [] : [sql`span`]),
    ...(shape.isCut ? [sql`part`] : []),
    ...(hasGroups(shape) ? [sql`grp collate "C" nulls first`] : []),
  ]
}

/** By what rows are told apart: their names, and what they are. */
function keysOf(shape: UsageShape): { names: RawBuilder<unknown>; values: RawBuilder<unknown> } {
  const keys = [
    [sql`scan`, sql`scan`],
    ...(Array.isArray(shape.customers) ? [[sql`customer`, sql`customer`]] : []),
    ...(shape.isOneSpan ? [] : [[sql`span`, sql`span`]]),
    ...(shape.isCut ? [[sql`part`, sql`${partNumber} as part`]] : []),
    ...(hasGroups(shape) ? [[sql`grp`, sql`grp`]] : []),
  ]
  return { names: sql.join(keys.map(([name]) => name)), values: sql.join(keys.map(([, value]) => value)) }
}

function plainly(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  const keys = keysOf(shape)
  return sql`
    select ${keys.values}, ${aggregates(shape)}, 0 as "distinct"
    from (${measuredEvents(spans, shape)} offset 0) measured
    group by ${keys.names}`
}

/** By value first: several times cheaper than `count(distinct)`, which sorts each group. */
function distinctly(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  const keys = keysOf(shape)
  return sql`
    select ${keys.names}, sum(events)::bigint as events, sum(present)::bigint as present, sum(numbers)::bigint as numbers,
      sum(sum) as sum, max(greatest) as greatest, max(latest collate "C") as latest, sum(weighted) as weighted,
      count(*) filter (where value <> '') as "distinct"
    from (
      select ${keys.values}, case when ${wanted('distinct')} then property end as value, ${aggregates(shape)}
      from (${measuredEvents(spans, shape)} offset 0) measured
      group by ${keys.names}, value
    ) by_value
    group by ${keys.names}`
}

function aggregates(shape: UsageShape): RawBuilder<unknown> {
  const { isCut, wants } = shape
  const pick = (accumulator: Accumulator, type: string, aggregate: RawBuilder<unknown>) =>
    wants.has(accumulator)
      ? sql`${aggregate} filter (where ${wanted(accumulator)}) as ${sql.ref(accumulator)}`
      : sql`null::${sql.raw(type)} as ${sql.ref(accumulator)}`
  const partEnd = isCut
    ? sql`least(start_ms + ((ms - start_ms) / step_ms + 1) * step_ms, end_ms)`
    : sql`end_ms`
  return sql`count(*) as events, count(property) as present,
    ${isOfNumbers(shape) ? sql`count(number)` : sql`0::bigint`} as numbers,
    ${pick('sum', 'numeric', sql`sum(number)`)},
    ${pick('greatest', 'numeric', sql`max(number)`)},
    ${pick('latest', 'text', sql`max(${newestFirst})`)},
    ${pick('weighted', 'numeric', sql`sum(number * (${partEnd} - ms))`)}`
}

/** PostgreSQL's timestamps lie 213 billion seconds before 1970 and nine trillion after: with these all have 17 digits. */
const seventeenDigits = 20_000_000_000_000_000n

/** What an id's own control characters become, and what ends an id, so that texts ascend as ids do. */
const [control, controlInId, endOfId] = [sql`E'\\x01'`, sql`E'\\x01\\x02'`, sql`E'\\x01\\x01'`]

/**
 * Of these texts the greatest is that of the greatest instant, then of the greatest event id, and ends with the number;
 * absent ones do not count. An array of the three costs twice as much to make and to compare.
 */
const newestFirst = sql`case when number is not null then
  ((${epochMs(sql`timestamp`)} + ${sql.lit(seventeenDigits)})::text || replace(event_id, ${control}, ${controlInId})
    || ${endOfId} || number::text) collate "C" end`
