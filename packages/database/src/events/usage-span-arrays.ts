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

/** Those that aggregate numbers. */
export const numberBits =
  accumulatorBits.sum | accumulatorBits.greatest | accumulatorBits.latest | accumulatorBits.weighted

export interface SpanArrays {
  /** A row a span: to be named by what follows it. */
  readonly rows: RawBuilder<unknown>
  readonly eventNames: readonly string[]
  /** Of all spans: so that the partitions outside are not touched. */
  readonly earliest: Date
  readonly latest: Date
}

/** What of its spans a statement reads. */
export interface SpanColumns {
  readonly filters: number
  readonly isOneSpan: boolean
  readonly isGrouped: boolean
  readonly isInTime: boolean
}

/**
 * The spans of the scans as a table of arrays, whose number of rows PostgreSQL knows when it plans; without the columns
 * that the statement does not read, as a short one is planned as long as it runs.
 */
export function spanArrays(scans: readonly UsageScan[], shape: SpanColumns): SpanArrays {
  const rows = scans.flatMap((scan, index) => spanRows(scan, index))
  const columns = [...ownColumns(rows, shape), ...filterColumns(rows, shape.filters)]
  const starts = rows.map(({ start }) => start.getTime())
  const ends = rows.map(({ end }) => end.getTime())
  return {
    rows: sql`(select * from unnest(${sql.join(columns.map(({ array }) => array))}) as span_arrays (${sql.join(
      columns.map(({ name }) => sql.ref(name)),
    )}))`,
    eventNames: [...new Set(scans.map(({ measure }) => measure.eventName))],
    earliest: new Date(starts.reduce((least, start) => Math.min(least, start), Number.POSITIVE_INFINITY)),
    latest: new Date(ends.reduce((greatest, end) => Math.max(greatest, end), Number.NEGATIVE_INFINITY)),
  }
}

interface Column {
  readonly name: string
  readonly array: RawBuilder<unknown>
}

function ownColumns(rows: readonly SpanRow[], shape: SpanColumns): Column[] {
  const column = (name: string, type: string, pick: (row: SpanRow) => unknown): Column => ({
    name,
    array: sql`${rows.map(pick)}::${sql.raw(type)}[]`,
  })
  return [
    column('scan', 'integer', (row) => row.index),
    column('wants', 'integer', (row) => bitsOf(row.scan)),
    column('customer', 'text', (row) => row.scan.externalCustomerId),
    column('event_name', 'text', (row) => row.scan.measure.eventName),
    column('field', 'text', (row) => row.scan.measure.field),
    column('start_at', 'timestamptz', (row) => instantText(row.start)),
    column('end_at', 'timestamptz', (row) => instantText(row.end)),
    ...(shape.isOneSpan ? [] : [column('span', 'integer', (row) => row.span)]),
    ...(shape.isGrouped ? [column('group_by', 'text', (row) => row.scan.measure.groupBy)] : []),
    ...(shape.isInTime
      ? [
          column('start_ms', 'bigint', (row) => row.start.getTime()),
          column('end_ms', 'bigint', (row) => row.end.getTime()),
          column('step_ms', 'bigint', (row) => row.stepMs),
        ]
      : []),
  ]
}

function filterColumns(rows: readonly SpanRow[], filters: number): Column[] {
  return Array.from({ length: filters }, (_, slot) => [
    {
      name: `key_${slot}`,
      array: sql`${rows.map(({ scan }) => scan.measure.filters[slot]?.key ?? null)}::text[]`,
    },
    { name: `values_${slot}`, array: sql`${rows.map(({ scan }) => valuesText(scan, slot))}::jsonb[]` },
  ]).flat()
}

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

export function bitsOf({ wants }: UsageScan): number {
  return [...wants].reduce((bits, accumulator) => bits | accumulatorBits[accumulator], 0)
}

function valuesText({ measure }: UsageScan, slot: number): string | null {
  const filter = measure.filters[slot]
  return filter ? JSON.stringify(filter.values) : null
}
