import { assert, notFound } from '@flexprice/domain'
import type { ClockFacts } from '@flexprice/domain/time'
import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from './connection.ts'
import { type Reading, reading, together } from './together.ts'

/**
 * The environment's "now" (billing rules, section 9): its test clock if it has one, else the time of
 * day of the database, which all processes share. Read once a request or activity, then handed on.
 *
 * @throws not_found for a scope whose environment is gone, which no further try brings back
 */
export async function readNow(scoped: Scoped): Promise<Date> {
  const [now] = await together(scoped, environmentNow(scoped))
  return now
}

/** The same, to be sent beside others. */
export function environmentNow({ scope: { environmentId } }: Scoped): Reading<Date> {
  const statement = sql<{ now: Date }>`
    select coalesce(clock_at, date_trunc('milliseconds', clock_timestamp())) as now from environments
    where id = ${environmentId}`
  return reading(statement, ([row]) => {
    if (!row) throw notFound('Environment', environmentId)
    return row.now
  })
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

/** An environment's clock, and what a move of it goes by. */
export async function readClock(scoped: Scoped): Promise<ClockFacts> {
  return await clockFacts(scoped, sql``)
}

/** The same, held until the caller's transaction ends: of two that set a clock, the second sees the first. */
export async function lockClock(scoped: Scoped): Promise<ClockFacts> {
  assert(scoped.db.isTransaction, 'a lock ends with its transaction')
  // Not its key: records that are made meanwhile name the environment, and must not wait.
  return await clockFacts(scoped, sql`for no key update of e`)
}

async function clockFacts(
  { db, scope: { environmentId } }: Scoped,
  lock: RawBuilder<unknown>,
): Promise<ClockFacts> {
  const { rows } = await sql<ClockFacts>`
    select e.type, e.clock_at as "clockAt", date_trunc('milliseconds', clock_timestamp()) as "timeOfDay",
      not (exists (select from customers where environment_id = e.id)
        or exists (select from features where environment_id = e.id)
        or exists (select from groups where environment_id = e.id)
        or exists (select from plans where environment_id = e.id)
        or exists (select from event_ids where environment_id = e.id)) as "isEmpty"
    from environments e where e.id = ${environmentId} ${lock}`.execute(db)
  if (!rows[0]) throw notFound('Environment', environmentId)
  return rows[0]
}

/** Sets the test clock of a development environment, forward alone: a trigger refuses the way back. */
export async function writeClock({ db, scope }: Scoped, at: Date): Promise<void> {
  await sql`
    update environments set clock_at = ${at}, updated_at = date_trunc('milliseconds', clock_timestamp())
    where id = ${scope.environmentId}`.execute(db)
}
