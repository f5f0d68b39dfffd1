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
 * column by `readNestedRows`.
 */
export function nestedRows<Row>(query: Expression<Row>, { decimals }: NestedRow<Row>): RawBuilder<unknown> {
  const exact = decimals.map((column) => sql`${sql.lit(column)}, ${sql.ref(`r.${column}`)}::text`)
  return sql`(select json_agg(to_jsonb(r) || jsonb_build_object(${sql.join(exact)})) from (${query}) r)`
}

/** The rows as the same query gives them by itself. */
export function readNestedRows<Row>(column: unknown, { instants }: NestedRow<Row>): Row[] {
  if (column === null) return []
  assert(Array.isArray(column), 'nested rows are an array')
  for (const row of column) {
    for (const name of Object.keys(instants)) {
      if (row[name] !== null) row[name] = new Date(row[name])
    }
  }
  return column
}
