import { assert } from '@flexprice/domain'
import { instantText } from '@flexprice/domain/time'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import { columnType } from '../tables/column-types.ts'
import type { Audited } from '../tables/row-types.ts'
import type { Tables } from '../tables/tables.ts'
import type { Scoped } from './connection.ts'
import { JsonText } from './json-text.ts'
import { creation } from './row-changes.ts'
import { textArray } from './text-array.ts'

/** A row to be inserted whole, JSON as values: what is left out is the columns' defaults. */
export type NewRecord<Table, Defaulted extends keyof Table = never> = Omit<
  Selectable<Table>,
  'environment_id' | keyof Audited | Defaulted
>

type Row = Readonly<Record<string, unknown>>

/** Rows, and the columns that are the same in all of them. */
interface Records {
  readonly rows: readonly Row[]
  readonly shared: Readonly<Record<string, unknown>>
}

/** A column with the expression that says it. The row is called `new_row` there. */
export interface Computed {
  readonly column: string
  readonly expression: RawBuilder<unknown>
}

/**
 * An INSERT of many rows with an array a column and a text that depends on the columns only, so that it is
 * prepared once, for one row and for thousands: a quarter of the CPU that one JSON parameter costs, on either
 * side (measured). A column that has one value in all rows is sent and read once. All rows have the same fields. To be
 * run, or put into a WITH.
 *
 * @param computed columns of their own; what `given` names is a field for their expressions alone, and no column
 */
export function insertRecords(
  table: keyof Tables,
  records: readonly Row[] | Records,
  { computed = [], given = [] }: { computed?: readonly Computed[]; given?: readonly string[] } = {},
): RawBuilder<unknown> {
  const { rows, shared } = 'shared' in records ? records : { rows: records, shared: {} }
  const [first] = rows
  assert(first, `there are rows for ${table}`)
  const names = Object.keys(first)
  const written = names.filter((name) => !given.includes(name)).map((name) => sql.ref(name))
  // The first one is an array whatever its values are, so that there are as many rows.
  const values = names.map((name, index) => valuesOf(rows, name, { mayBeOne: index > 0 }))
  const sharedValues = Object.entries(shared).map(
    ([name, value]) => sql`${value}::${sql.raw(columnType(name))}`,
  )
  const [arrays, texts] = [values.filter(({ isJson }) => !isJson), values.filter(({ isJson }) => isJson)]
  const sent = [
    sql`unnest(${sql.join(arrays.map(({ source }) => source))})`,
    ...texts.map(({ source }) => source),
  ]
  const into = [...written, ...[...Object.keys(shared), ...computed.map(({ column }) => column)].map(sql.ref)]
  const selected = [...written, ...sharedValues, ...computed.map(({ expression }) => expression)]
  // The offset keeps the coalescing out of the expressions, whose plans it would make worse.
  return sql`insert into ${sql.table(table)} (${sql.join(into)})
    select ${sql.join(selected)} from (
      select ${sql.join(values.map(({ ref, cast, one }) => sql`coalesce(${ref}::${cast}, ${one}) as ${ref}`))}
      from rows from (${sql.join(sent)}) as sent (${sql.join([...arrays, ...texts].map(({ ref }) => ref))})
      offset 0
    ) as new_row`
}

/** The rows with their environment and who makes them when. */
export function audited(scoped: Scoped, rows: readonly Row[], now: Date): Records {
  return { rows, shared: creation(scoped.scope, now) }
}

/** One column of all rows: an array, or the one value that all of them have and an array that is empty. */
function valuesOf(rows: readonly Row[], name: string, { mayBeOne }: { mayBeOne: boolean }) {
  const type = columnType(name)
  const isSame = mayBeOne && rows.length > 1 && rows.every((row) => row[name] === rows[0]?.[name])
  const toText = type.startsWith('json') ? jsonTexts() : textOf
  const texts = (isSame ? rows.slice(0, 1) : rows).map((row) => toText(row[name]))
  const [first] = texts
  const isOne = isSame || (mayBeOne && rows.length > 1 && areEqual(texts))
  const [cast, isJson, some] = [sql.raw(type), type.startsWith('json'), isOne ? [] : texts]
  return {
    ref: sql.ref(name),
    cast,
    isJson,
    source: isJson ? lines(some) : arrayOf(some, type),
    one: sql`${isOne ? first : null}::${cast}`,
  }
}

function areEqual(values: readonly unknown[]): boolean {
  return values.every((value) => value === values[0])
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null
  return value instanceof Date ? instantText(value) : String(value)
}

/** What many rows share, as the explanations of equal charges, is written once. */
function jsonTexts(): (value: unknown) => string | null {
  const texts = new Map<unknown, string>()
  return (value) => {
    if (value === null || value === undefined) return null
    if (value instanceof JsonText) return value.text
    const known = texts.get(value)
    if (known !== undefined) return known
    const text = JSON.stringify(value)
    texts.set(value, text)
    return text
  }
}

/**
 * JSON is one text, a line a row, in which no quotes are escaped: that costs six times of making it (measured). It is
 * split into rows and not into an array, which would be made and cast whole before any row of it: twice as dear.
 */
function lines(texts: readonly (string | null)[]): RawBuilder<unknown> {
  return sql`string_to_table(${texts.map((text) => text ?? '').join('\n')}, E'\\n', '')`
}

/** Numbers and instants need no quotes. */
function arrayOf(texts: readonly (string | null)[], type: string): RawBuilder<unknown> {
  const cast = sql.raw(type)
  if (type === 'text' || type === 'pg_snapshot') return sql`${textArray(texts)}::${cast}[]`
  return sql`${`{${texts.map((text) => text ?? 'NULL').join()}}`}::${cast}[]`
}
