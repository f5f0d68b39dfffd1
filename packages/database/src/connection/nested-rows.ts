import { assert } from '@flexprice/domain'
import { type Expression, type RawBuilder, sql } from 'kysely'

/** What JSON would change about a row: a number's digits beyond a double's, and an instant's type. */
export interface NestedRow<Row> {
  /** The `numeric` columns: they pass as text, with all their digits. */
  readonly decimals: readonly (keyof Row & string)[]
  /** All of the row's instants; the compiler misses a forgotten one. */
  readonly instants: Readonly<Record<InstantColumn<Row>, true>>
}

type InstantColumn<Row> = {
  [Column in keyof Row & string]: Date extends Row[Column] ? Column : never
}[keyof Row & string]

/**
 * A query's rows as one column of another query, in their order: one round trip in place of two. Read the
 * column by `readNestedRows`. A decimal stands twice in a row's JSON, and the later one, the text, is what `JSON.parse`
 * reads: to take the number out costs PostgreSQL as much as the rest of the row.
 */
export function nestedRows<Row>(query: Expression<Row>, { decimals }: NestedRow<Row>): RawBuilder<unknown> {
  const columns = [
    sql`q.*`,
    ...decimals.map((column) => sql`${sql.ref(`q.${column}`)}::text as ${sql.ref(column)}`),
  ]
  return sql`(select json_agg(r) from (select ${sql.join(columns)} from (${query}) q) r)`
}

/** The rows as the same query gives them by itself. */
export function readNestedRows<Row>(column: unknown, { instants }: NestedRow<Row>): Row[] {
  if (column === null) return []
  assert(Array.isArray(column), 'nested rows are an array')
  for (const row of column) readInstants(row, instants)
  return column
}

/** The one row that `row_to_json` has made a column of. Its query has no decimals, as what is one number is no longer exact. */
export function readNestedRow<Row>(column: unknown, nested: NestedRow<Row> & { decimals: readonly [] }): Row {
  const [row] = readNestedRows([column], nested)
  assert(row, 'one is read, one is there')
  return row
}

function readInstants(row: Record<string, unknown>, instants: object): void {
  for (const name in instants) {
    const text = row[name]
    if (typeof text === 'string') row[name] = new Date(text)
  }
}
