import { instantText } from '@flexprice/domain/time'
import { type RawBuilder, sql } from 'kysely'
import type { Accumulator, UsageScan } from './usage-scans.ts'

/** Which accumulators a scan wants, as bits of one integer. */
export const accumulatorBits = {
  sum: 1,
  greatest: 2,
  latest: 4,
  weighted: 8,
  distinct: 16,
} as const satisfies Record<Accumulator, number>

export interface SpanArrays {
  /** A row a span: to be named by what follows it. */
  readonly rows: RawBuilder<unknown>
  readonly eventNames: readonly string[]
  /** Each scan has this one span and no other: the time from `earliest` to `latest`. */
  readonly isOne: boolean
  /** Of all spans: so that the partitions outside are not touched. */
  readonly earliest: Date
  readonly latest: Date
}

/**
 * The spans of the scans as a table of arrays, whose number of rows PostgreSQL knows when it plans.
 *
 * @param filters how many each row has room for
 */
export function spanArrays(scans: readonly UsageScan[], filters: number): SpanArrays {
  const rows = scans.flatMap((scan, index) => spanRows(scan, index))
  const column = <Value>(pick: (row: SpanRow) => Value): Value[] => rows.map(pick)
  const slots = Array.from({ length: filters }, (_, slot) => ({
    names: [`key_${slot}`, `values_${slot}`],
    arrays: [
      sql`${column(({ scan }) => scan.measure.filters[slot]?.key ?? null)}::text[]`,
      sql`${column(({ scan }) => valuesText(scan, slot))}::jsonb[]`,
    ],
  }))
  const names = [...columnNames, ...slots.flatMap((slot) => slot.names)]
  const arrays = [
    sql`${column((row) => row.index)}::integer[]`,
    sql`${column((row) => row.span)}::integer[]`,
    sql`${column((row) => bitsOf(row.scan))}::integer[]`,
    sql`${column((row) => row.scan.externalCustomerId)}::text[]`,
    sql`${column((row) => row.scan.measure.eventName)}::text[]`,
    sql`${column((row) => row.scan.measure.field)}::text[]`,
    sql`${column((row) => row.scan.measure.groupBy)}::text[]`,
    sql`${column((row) => instantText(row.start))}::timestamptz[]`,
    sql`${column((row) => instantText(row.end))}::timestamptz[]`,
    sql`${column((row) => row.start.getTime())}::bigint[]`,
    sql`${column((row) => row.end.getTime())}::bigint[]`,
    sql`${column((row) => row.stepMs)}::bigint[]`,
    ...slots.flatMap((slot) => slot.arrays),
  ]
  const starts = rows.map(({ start }) => start.getTime())
  const ends = rows.map(({ end }) => end.getTime())
  return {
    rows: sql`(select * from unnest(${sql.join(arrays)}) as span_arrays (${sql.join(names.map((name) => sql.ref(name)))}))`,
    isOne: new Set(starts).size === 1 && new Set(ends).size === 1,
    eventNames: [...new Set(scans.map(({ measure }) => measure.eventName))],
    earliest: new Date(starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY)),
    latest: new Date(ends.reduce((greatest, end) => Math.max(greatest, end), Number.NEGATIVE_INFINITY)),
  }
}

const columnNames = [
  'scan',
  'span',
  'wants',
  'customer',
  'event_name',
  'field',
  'group_by',
  'start_at',
  'end_at',
  'start_ms',
  'end_ms',
  'step_ms',
] as const

interface SpanRow {
  readonly scan: UsageScan
  readonly index: number
  readonly span: number
  readonly start: Date
  readonly end: Date
  readonly stepMs: number
}

/** Joined spans have the number of the first of them: their events are of one group. */
function spanRows(scan: UsageScan, index: number): SpanRow[] {
  let first = 0
  return scan.spans.map(({ start, end, stepMs, isJoined }, place) => {
    if (!isJoined) first = place
    return { scan, index, span: first, start, end, stepMs: stepMs ?? end.getTime() - start.getTime() }
  })
}

function bitsOf({ wants }: UsageScan): number {
  return [...wants].reduce((bits, accumulator) => bits | accumulatorBits[accumulator], 0)
}

function valuesText({ measure }: UsageScan, slot: number): string | null {
  const filter = measure.filters[slot]
  return filter ? JSON.stringify(filter.values) : null
}
