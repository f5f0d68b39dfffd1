import { assert, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from './connection.ts'

/**
 * The environment's "now" (billing rules, section 9): its test clock if it has one, else the time of
 * day of the database, which all processes share. Read once a request or activity, then handed on.
 *
 * @throws not_found for a scope whose environment is gone, which no further try brings back
 */
export async function readNow(scoped: Scoped): Promise<Date> {
  const row = await scoped.db
    .selectFrom('environments')
    .select(sql<Date>`coalesce(clock_at, date_trunc('milliseconds', clock_timestamp()))`.as('now'))
    .where('id', '=', scoped.scope.environmentId)
    .executeTakeFirst()
  if (!row) throw notFound('Environment', scoped.scope.environmentId)
  return row.now
}

/**
 * The time of day of the database, whatever the environment's test clock says: for what is no business
 * of a subscription's, as the ends of API keys are. A test clock in 2030 must not shut its user out.
 */
export async function readTimeOfDay(scoped: Scoped): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`
    select date_trunc('milliseconds', clock_timestamp()) as now`.execute(scoped.db)
  assert(rows[0], 'a select without a table yields a row')
  return rows[0].now
}
