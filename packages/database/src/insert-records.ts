import { assert } from '@flexprice/domain'
import { type RawBuilder, type Selectable, sql } from 'kysely'
import type { Scoped } from './connection.ts'
import { creation } from './row-changes.ts'
import type { Audited, Tables } from './tables.ts'

/** A row to be inserted whole, JSON as values: what is left out is the columns' defaults. */
export type NewRecord<Table, Defaulted extends keyof Table = never> = Omit<
  Selectable<Table>,
  'environment_id' | keyof Audited | Defaulted
>

/**
 * An INSERT of many rows with one parameter and a text that depends on the columns only, so that it is
 * prepared once, for one row and for thousands. All rows have the same fields. To be run, or put into a WITH.
 *
 * @param computed a column of its own, with the expression that says it; the row is called `new_row` there
 */
export function insertRecords(
  table: keyof Tables,
  rows: readonly object[],
  computed?: { readonly column: string; readonly expression: RawBuilder<unknown> },
): RawBuilder<unknown> {
  const [first] = rows
  assert(first, `there are rows for ${table}`)
  const columns = sql.join(Object.keys(first).map((column) => sql.ref(column)))
  const records = sql`json_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(rows)}::json) new_row`
  return computed
    ? sql`insert into ${sql.table(table)} (${columns}, ${sql.ref(computed.column)})
        select ${columns}, ${computed.expression} from ${records}`
    : sql`insert into ${sql.table(table)} (${columns}) select ${columns} from ${records}`
}

/** The rows with their environment and who makes them when. */
export function audited<Row extends object>(scoped: Scoped, rows: readonly Row[], now: Date) {
  const by = creation(scoped.scope, now)
  return rows.map((row) => ({ ...row, ...by }))
}
