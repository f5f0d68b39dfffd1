import { assert, type ErrorCode } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change, json } from '../connection/row-changes.ts'
import { mapped, type Reading, reading, rowsOf, together } from '../connection/together.ts'
import type { ScheduleDetails } from '../tables/schedule-tables.ts'
import type { ScheduleRow } from './schedules.ts'

export type NewSchedule = Pick<
  ScheduleRow,
  'subscription_id' | 'schedule_type' | 'scheduled_at' | 'configuration'
>

/**
 * Keeps what is to be done at boundaries, in the transaction that holds the subscriptions: one statement, however many.
 *
 * @returns their ids, in the order given
 * @throws state_conflict where a subscription has a pending one already
 */
export async function insertSchedules(
  scoped: Scoped,
  schedules: readonly NewSchedule[],
  now: Date,
): Promise<readonly string[]> {
  if (schedules.length === 0) return []
  const [ids] = await together(scoped, schedulesInserted(scoped, schedules, now))
  return ids
}

/** The same of one or more, to be sent beside others. */
export function schedulesInserted(
  scoped: Scoped,
  schedules: readonly NewSchedule[],
  now: Date,
): Reading<readonly string[]> {
  const rows = schedules.map((schedule) => ({
    id: newId('subscriptionSchedule'),
    ...schedule,
    schedule_status: 'pending',
  }))
  const statement = sql`${insertRecords('subscription_schedules', audited(scoped, rows, now))}`
  return mapped(rowsOf(statement), () => rows.map(({ id }) => id))
}

/** What became of a schedule at its boundary: it was done, with what came of it, or it can never be done. */
export type FinishedSchedule =
  | { readonly id: string; readonly result: ScheduleDetails }
  | { readonly id: string; readonly error: { readonly code: ErrorCode; readonly message: string } }

/**
 * Marks schedules that the transaction holds as executed, or as failed for ever: one statement, however many.
 *
 * @param by.runId the billing run that has come to them; null: somebody's change
 */
export async function finishSchedules(
  scoped: Scoped,
  finished: readonly FinishedSchedule[],
  { runId, now }: { readonly runId: string | null; readonly now: Date },
): Promise<void> {
  if (finished.length === 0) return
  const { updated_at, updated_by } = change(scoped.scope, now)
  const results = finished.map((one) => ('result' in one ? json(one.result) : null))
  const errors = finished.map((one) => ('error' in one ? one.error : undefined))
  const { numAffectedRows } = await sql`
    update subscription_schedules s set executed_at = ${now},
      schedule_status = case when f.error_code is null then 'executed' else 'failed' end,
      execution_result = f.result, error_code = f.error_code, error_message = f.error_message,
      billing_run_id = ${runId},
      updated_at = ${updated_at}, updated_by = ${updated_by}
    from unnest(${finished.map(({ id }) => id)}::text[], ${results}::jsonb[],
        ${errors.map((error) => error?.code ?? null)}::text[],
        ${errors.map((error) => error?.message ?? null)}::text[]) as f (id, result, error_code, error_message)
    where s.environment_id = ${scoped.scope.environmentId} and s.id = f.id
      and s.schedule_status = 'pending'`.execute(scoped.db)
  assert(numAffectedRows === BigInt(finished.length), 'what is held is executed once')
}

/**
 * Takes back what waits for the subscriptions' boundaries, if anything does: `cancelled` by whoever asked for it,
 * `superseded` by what takes its place. The caller's transaction holds the subscriptions: one statement.
 *
 * @returns the ids of those that were pending
 */
export async function withdrawSchedules(
  scoped: Scoped,
  subscriptionIds: readonly string[],
  how: { readonly as: 'cancelled' | 'superseded'; readonly now: Date },
): Promise<readonly string[]> {
  const [ids] = await together(scoped, schedulesWithdrawn(scoped, subscriptionIds, how))
  return ids
}

/** The same, to be sent beside others. */
export function schedulesWithdrawn(
  scoped: Scoped,
  subscriptionIds: readonly string[],
  { as, now }: { readonly as: 'cancelled' | 'superseded'; readonly now: Date },
): Reading<readonly string[]> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  const statement = sql<{ id: string }>`
    update subscription_schedules set schedule_status = ${as}, cancelled_at = ${now},
      updated_at = ${updated_at}, updated_by = ${updated_by}
    where environment_id = ${scoped.scope.environmentId} and subscription_id = any (${subscriptionIds}::text[])
      and schedule_status = 'pending' returning id`
  return reading(statement, (rows) => rows.map(({ id }) => id))
}
