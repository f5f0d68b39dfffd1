import { type RawBuilder, sql } from 'kysely'
import { plannedAnew } from '../connection/named-statements.ts'
import type { UsageBatch } from './usage-batches.ts'
import {
  measuredEvents,
  partNumber,
  type UsageShape,
  type UsageView,
  usageShape,
  wanted,
  wantsNumber,
} from './usage-events.ts'
import type { Accumulator } from './usage-scans.ts'
import { type SpanArrays, spanArrays } from './usage-span-arrays.ts'

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

/** Each `offset 0` keeps what it selects from being computed once for each of its uses. */
export function usageStatement(
  batch: UsageBatch,
  { rowsMax, view }: { rowsMax: number; view: UsageView },
): RawBuilder<UsageRow> {
  const shape = usageShape(batch, view)
  const spans = spanArrays(batch.scans, shape.filters)
  const aggregated = shape.wants.has('distinct') ? distinctly(spans, shape) : plainly(spans, shape)
  return sql<UsageRow>`${sql.raw(plannedAnew)}
    select customer, scan, span, part, grp as "group", events, numbers, not_numeric, present, sum, greatest,
      latest[3] as latest, weighted, "distinct"
    from (${aggregated}) aggregated
    order by scan, customer collate "C", span, part, grp collate "C" nulls first
    limit ${rowsMax}`
}

function plainly(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  return sql`
    select customer, scan, span, ${partNumber(shape)} as part, grp, ${aggregates(shape)}, 0 as "distinct"
    from (${measuredEvents(spans, shape)} offset 0) measured
    group by 1, 2, 3, 4, 5`
}

/** By value first: several times cheaper than `count(distinct)`, which sorts each group. */
function distinctly(spans: SpanArrays, shape: UsageShape): RawBuilder<unknown> {
  return sql`
    select customer, scan, span, part, grp, sum(events)::bigint as events, sum(numbers)::bigint as numbers,
      sum(not_numeric)::bigint as not_numeric, sum(present)::bigint as present, sum(sum) as sum, max(greatest) as greatest,
      max(latest) as latest, sum(weighted) as weighted, count(value) as "distinct"
    from (
      select customer, scan, span, ${partNumber(shape)} as part, grp,
        case when ${wanted('distinct')} then nullif(property, '') end as value, ${aggregates(shape)}
      from (${measuredEvents(spans, shape)} offset 0) measured
      group by 1, 2, 3, 4, 5, 6
    ) by_value
    group by 1, 2, 3, 4, 5`
}

function aggregates({ isCut, wants }: UsageShape): RawBuilder<unknown> {
  const pick = (accumulator: Accumulator, type: string, aggregate: RawBuilder<unknown>) =>
    wants.has(accumulator)
      ? sql`${aggregate} filter (where ${wanted(accumulator)}) as ${sql.ref(accumulator)}`
      : sql`null::${sql.raw(type)} as ${sql.ref(accumulator)}`
  const partEnd = isCut
    ? sql`least(start_ms + ((ms - start_ms) / step_ms + 1) * step_ms, end_ms)`
    : sql`end_ms`
  return sql`count(*) as events, count(number) as numbers, count(property) as present,
    count(property) filter (where number is null and ${wantsNumber}) as not_numeric,
    ${pick('sum', 'numeric', sql`sum(number)`)},
    ${pick('greatest', 'numeric', sql`max(number)`)},
    ${pick('latest', 'text[]', sql`max(${newestFirst})`)},
    ${pick('weighted', 'numeric', sql`sum(number * (${partEnd} - ms))`)}`
}

/** PostgreSQL's first timestamp lies 213 billion seconds before 1970: with these none is negative. */
const beforeAnyMs = 300_000_000_000_000

/** Of arrays the greatest is that of the greatest instant, then of the greatest event id; absent ones do not count. */
const newestFirst = sql`case when number is not null then
  array[lpad((ms + ${sql.lit(beforeAnyMs)})::text, 17, '0'), event_id, number::text collate "C"] end`
