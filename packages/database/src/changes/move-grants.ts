import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { NewApplication } from '../grants/grant-terms.ts'

/** Which plan's grants stop for a subscription, and what is to come of those of its new one. */
export interface GrantMove {
  /** Null where the plan stays. */
  readonly stoppedPlanId: string | null
  readonly applications: readonly NewApplication[]
}

/**
 * Stops what was to come of old plans' credit grants (billing rules, section 11), as a part of the statement that moves
 * the subscriptions; none where every plan stays.
 */
export function stopGrants(
  { scope }: Scoped,
  moves: readonly (GrantMove & { readonly change: { readonly subscription_id: string } })[],
  now: Date,
): RawBuilder<unknown>[] {
  const stopped = moves.filter(({ stoppedPlanId }) => stoppedPlanId !== null)
  if (stopped.length === 0) return []
  const { updated_at, updated_by } = change(scope, now)
  return [
    sql`
    update credit_grant_applications a set application_status = 'cancelled', updated_at = ${updated_at},
      updated_by = ${updated_by}
    from unnest(${stopped.map((one) => one.change.subscription_id)}::text[],
        ${stopped.map(({ stoppedPlanId }) => stoppedPlanId)}::text[]) as m (subscription_id, plan_id)
    join credit_grants g on g.environment_id = ${scope.environmentId} and g.plan_id = m.plan_id
    where a.environment_id = ${scope.environmentId} and a.subscription_id = m.subscription_id
      and a.credit_grant_id = g.id and a.application_status = 'pending'`,
  ]
}

/** Notes what is to come of the new plans' grants, behind what stops: of a plan that comes back it comes once more. */
export async function beginGrants(scoped: Scoped, moves: readonly GrantMove[], now: Date): Promise<void> {
  const coming = moves.flatMap(({ stoppedPlanId, applications }) =>
    stoppedPlanId === null ? [] : applications,
  )
  if (coming.length === 0) return
  await sql`${insertRecords('credit_grant_applications', audited(scoped, coming, now))}
    on conflict (environment_id, credit_grant_id, subscription_id)
      where application_status in ('pending', 'cancelled') do update
      set application_status = excluded.application_status, application_reason = excluded.application_reason,
        period_start = excluded.period_start, updated_at = excluded.updated_at, updated_by = excluded.updated_by`.execute(
    scoped.db,
  )
}

/** What was to be given as a trial ends is given at its other end: one statement. */
export async function moveTrialGrants(
  scoped: Scoped,
  { subscriptionId, from, to }: { readonly subscriptionId: string; readonly from: Date; readonly to: Date },
  now: Date,
): Promise<void> {
  const { updated_at, updated_by } = change(scoped.scope, now)
  await sql`
    update credit_grant_applications set period_start = ${to}, updated_at = ${updated_at}, updated_by = ${updated_by}
    where environment_id = ${scoped.scope.environmentId} and subscription_id = ${subscriptionId}
      and application_status = 'pending' and period_start = ${from}`.execute(scoped.db)
}
