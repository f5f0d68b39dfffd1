import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { audited, insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import type { NewApplication } from '../grants/grant-terms.ts'

/** Which plan's grants stop for a subscription, and what is to come of those of its new one. */
export interface GrantMove {
  readonly subscriptionId: string
  /** Null where the plan stays. */
  readonly stoppedPlanId: string | null
  readonly applications: readonly NewApplication[]
}

/**
 * Moves subscriptions from their old plan's credit grants to the new one's (billing rules, section 11): what was to come
 * of the old ones is cancelled. In the transaction that holds the subscriptions: two statements at the most.
 */
export async function moveGrants(scoped: Scoped, moves: readonly GrantMove[], now: Date): Promise<void> {
  assert(scoped.db.isTransaction, 'what is moved is held')
  const stopped = moves.filter(({ stoppedPlanId }) => stoppedPlanId !== null)
  if (stopped.length === 0) return
  const { updated_at, updated_by } = change(scoped.scope, now)
  await sql`
    update credit_grant_applications a set application_status = 'cancelled', updated_at = ${updated_at},
      updated_by = ${updated_by}
    from unnest(${stopped.map(({ subscriptionId }) => subscriptionId)}::text[],
        ${stopped.map(({ stoppedPlanId }) => stoppedPlanId)}::text[]) as m (subscription_id, plan_id)
    join credit_grants g on g.environment_id = ${scoped.scope.environmentId} and g.plan_id = m.plan_id
    where a.environment_id = ${scoped.scope.environmentId} and a.subscription_id = m.subscription_id
      and a.credit_grant_id = g.id and a.application_status = 'pending'`.execute(scoped.db)
  const coming = moves.flatMap(({ applications }) => applications)
  if (coming.length === 0) return
  // Of a plan that comes back what was cancelled is to come once more.
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
