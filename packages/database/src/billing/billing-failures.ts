import { CodedError, type ErrorCode } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { BillingFailureTable, BillingWork } from '../tables/billing-tables.ts'

type BillingFailureRow = Selectable<BillingFailureTable>

export interface BillingFailure {
  readonly subscriptionId: string
  readonly code: ErrorCode
  readonly message: string
}

const firstDelay = sql`interval '1 minute'`
const delayMax = sql`interval '6 hours'`
/** Beyond it the delay is at its greatest, whatever the power. */
const doublingsMax = 9

/** The time of day: a test clock that stands still, or leaps, must neither stop nor hurry an attempt. */
const timeOfDay = sql<Date>`date_trunc('milliseconds', clock_timestamp())`

/**
 * Keeps what could not be billed, and when it is tried again: after a minute, then twice as long each time, at most
 * six hours. Until then it is in no page, so that it stops nothing. In the caller's transaction.
 */
export async function recordBillingFailures(
  scoped: Scoped,
  record: { runId: string; work: BillingWork; failures: readonly BillingFailure[] },
): Promise<void> {
  const { runId, work, failures } = record
  if (failures.length === 0) return
  await sql`
    insert into billing_failures as f (environment_id, subscription_id, work, run_id, code, message, attempts,
      first_failed_at, last_failed_at, next_attempt_at)
    select ${scoped.scope.environmentId}, "subscriptionId", ${work}, ${runId}, code, message, 1, now, now,
      now + ${firstDelay}
    from json_to_recordset(${JSON.stringify(failures)}::json) as given ("subscriptionId" text, code text, message text)
    cross join ${timeOfDay} as now
    order by "subscriptionId"
    on conflict (environment_id, subscription_id, work) do update set
      run_id = excluded.run_id, code = excluded.code, message = excluded.message, attempts = f.attempts + 1,
      last_failed_at = excluded.last_failed_at,
      next_attempt_at = excluded.last_failed_at
        + least(${delayMax}, ${firstDelay} * power(2, least(f.attempts, ${doublingsMax})))`.execute(scoped.db)
}

/** What is billed has not failed any more. */
export async function clearBillingFailures(
  scoped: Scoped,
  { work, subscriptionIds }: { work: BillingWork; subscriptionIds: readonly string[] },
): Promise<void> {
  if (subscriptionIds.length === 0) return
  await sql`
    delete from billing_failures
    where environment_id = ${scoped.scope.environmentId} and work = ${work}
      and subscription_id = any (${subscriptionIds}::text[])`.execute(scoped.db)
}

/** What a run could not do. */
export interface RunFailure extends Omit<BillingFailureRow, 'work' | 'next_attempt_at'> {
  /** `schedules`: a change that waited for a boundary, which was billed without it. */
  readonly work: BillingWork | 'schedules'
  /** Null: never. */
  readonly next_attempt_at: Date | null
  readonly schedule_id: string | null
}

/** A place in the list of a run's failures. */
export type RunFailurePlace = Readonly<Record<'subscriptionId' | 'work' | 'scheduleId', string>>

/** Those that a run was the last to try, by subscription, work and schedule, behind the one that is given. */
export async function listBillingFailures(
  scoped: Scoped,
  { runId, after, limit }: { runId: string; after: RunFailurePlace | undefined; limit: number },
): Promise<RunFailure[]> {
  const { environmentId } = scoped.scope
  const isBehind = after
    ? sql`(subscription_id, work, coalesce(schedule_id, ''))
        > (${after.subscriptionId}::text, ${after.work}::text, ${after.scheduleId}::text)`
    : sql`true`
  const { rows } = await sql<RunFailure>`
    select * from (
      select f.*, null as schedule_id from billing_failures f
      where f.run_id = ${runId} and f.environment_id = ${environmentId}
      union all
      select s.environment_id, s.subscription_id, 'schedules', s.billing_run_id, s.error_code, s.error_message, 1,
        s.executed_at, s.executed_at, null, s.id
      from subscription_schedules s
      where s.billing_run_id = ${runId} and s.environment_id = ${environmentId} and s.schedule_status = 'failed'
    ) failed
    where ${isBehind}
    order by subscription_id, work, coalesce(schedule_id, '') limit ${limit}`.execute(scoped.db)
  return rows
}

/**
 * Makes a failure due at once. Asking again before it was tried changes nothing.
 *
 * @throws invalid_operation for a subscription that did not fail in that run, or has been billed meanwhile
 */
export async function retryBillingFailure(
  scoped: Scoped,
  { runId, subscriptionId }: { runId: string; subscriptionId: string },
): Promise<void> {
  const { numUpdatedRows } = await scoped.db
    .updateTable('billing_failures')
    .set({ next_attempt_at: timeOfDay })
    .where('environment_id', '=', scoped.scope.environmentId)
    .where('subscription_id', '=', subscriptionId)
    .where('run_id', '=', runId)
    .executeTakeFirstOrThrow()
  if (numUpdatedRows > 0n) return
  throw new CodedError(
    'invalid_operation',
    `Subscription ${subscriptionId} has no failure of billing run ${runId} that could be tried again`,
  )
}
