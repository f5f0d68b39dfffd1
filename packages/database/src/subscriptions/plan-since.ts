import { type RawBuilder, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * As an expression of SQL, over a subscription `s`: when its plan came in the place of another; null where it had none
 * else. No price of the plan is of the time before. A change that is only written down for a boundary has moved nothing.
 */
export function planSince(environmentId: string): RawBuilder<Date | null> {
  return sql`(
    select max(c.effective_at) from subscription_changes c
    where c.environment_id = ${environmentId} and c.subscription_id = s.id and c.kind = 'plan_change'
      and c.from_plan_id <> c.to_plan_id and c.to_plan_id = s.plan_id and c.result ->> 'is_scheduled' = 'false')`
}

/**
 * As an expression of SQL: whether the plan came to a subscription in the place of another one after an instant. Asked of
 * each line by the index of changes; as a join with the page's subscriptions, whose number the planner does not know, a
 * nested loop over both could be chosen.
 */
export function cameAnewAfter(
  subscriptionId: RawBuilder<unknown>,
  instant: RawBuilder<unknown>,
  { environmentId, planId }: { readonly environmentId: string; readonly planId: string },
): RawBuilder<boolean> {
  return sql`exists (
    select from subscription_changes c
    where c.environment_id = ${environmentId} and c.subscription_id = ${subscriptionId} and c.kind = 'plan_change'
      and c.from_plan_id <> c.to_plan_id and c.to_plan_id = ${planId} and c.result ->> 'is_scheduled' = 'false'
      and c.effective_at > ${instant})`
}

/** When one subscription's plans came in the place of others, by time. */
export async function listPlanMoves({ db, scope }: Scoped, subscriptionId: string): Promise<readonly Date[]> {
  const { rows } = await sql<{ at: Date }>`
    select c.effective_at as at from subscription_changes c
    where c.environment_id = ${scope.environmentId} and c.subscription_id = ${subscriptionId}
      and c.kind = 'plan_change' and c.from_plan_id <> c.to_plan_id and c.result ->> 'is_scheduled' = 'false'
    order by c.effective_at`.execute(db)
  return rows.map(({ at }) => at)
}

/** Of each of the subscriptions that had another plan before. */
export async function listPlanSince(
  { db, scope }: Scoped,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, Date>> {
  const { rows } = await sql<{ id: string; since: Date | null }>`
    select s.id, ${planSince(scope.environmentId)} as since from subscriptions s
    where s.environment_id = ${scope.environmentId} and s.id = any (${subscriptionIds}::text[])`.execute(db)
  return new Map(rows.flatMap(({ id, since }) => (since ? [[id, since] as const] : [])))
}
