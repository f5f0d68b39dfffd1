import { type Expression, type RawBuilder, type SelectQueryBuilder, type SqlBool, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { plannedAnew } from '../connection/named-statements.ts'
import type { Tables } from '../tables/tables.ts'
import { anyOf } from './search.ts'

/**
 * A search asks one table. What its filters name in another one is looked up first, so that an index finds it; what
 * they say of another one's rows is looked at by `holds`. A join would be as fast as long as PostgreSQL knows how many
 * rows an environment has, and goes through one table for each row of the other when it does not.
 */
export async function idsOf<Table extends keyof Tables, Row extends { readonly id: string }>(
  query: SelectQueryBuilder<Tables, Table, Row>,
): Promise<readonly string[]> {
  const rows = await query.modifyFront(sql.raw(plannedAnew)).$castTo<{ id: string }>().execute()
  return rows.map((row) => row.id)
}

/** Not pulled up into a join: one look by key for each row, or one at all of them, whichever is estimated to be less. */
export function holds(exists: RawBuilder<SqlBool>): RawBuilder<SqlBool> {
  return sql<SqlBool>`(${exists}) is true`
}

/** `column` is the published customer of the external id. */
export async function ofExternalCustomer(
  scoped: Scoped,
  column: string,
  externalId: string | undefined,
): Promise<Expression<SqlBool> | undefined> {
  if (externalId === undefined) return undefined
  const query = scoped.db.selectFrom('customers').select('id').where('external_id', '=', externalId)
  return anyOf(column, await idsOf(query.where('status', '=', 'published')))
}

/** `column` is a subscription of one of the customers. */
export async function ofCustomersSubscriptions(
  scoped: Scoped,
  column: string,
  customerIds: readonly string[] | undefined,
): Promise<Expression<SqlBool> | undefined> {
  if (customerIds === undefined) return undefined
  const query = scoped.db.selectFrom('subscriptions').select('id')
  return anyOf(column, await idsOf(query.where(sql<boolean>`customer_id = any(${customerIds}::text[])`)))
}
