import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

/**
 * What plan, prices and subscriptions are, in one text: another one when any of them has changed. Prices by
 * the plan's sequence; subscriptions by their versions, which every change of them or their lines raises,
 * but for syncs: those by the floor, and by how far an open one is; entitlements by their last change.
 * Sums of hashes, so that no order is needed and two changes cannot cancel each other. One pass over the
 * plan's subscriptions, about a second for a million. Usage is no part of it.
 */
export async function fingerprintPlan(scoped: Scoped, planId: string): Promise<string> {
  const { rows } = await sql<{ fingerprint: string }>`
    select md5(concat_ws(' ', plan.price_sequence, plan.synced_price_sequence, subscription.hash, entitlement.hash,
      run.hash)) as fingerprint
    from plans plan,
      lateral (select coalesce(sum(hashtextextended(id || ' ' || version, 0)::numeric), 0) || ' ' || count(*) as hash
        from subscriptions where plan_id = plan.id) subscription,
      lateral (select coalesce(sum(hashtextextended(concat_ws(' ', id, status, updated_at), 0)::numeric), 0) as hash
        from (
          select id, status, updated_at from entitlements where plan_id = plan.id
          union all
          select own.id, own.status, own.updated_at from subscriptions s
          join entitlements own on own.environment_id = s.environment_id and own.subscription_id = s.id
          where s.plan_id = plan.id
        ) granted) entitlement,
      lateral (select coalesce(sum(hashtextextended(run.id || ' ' || slice.slice || ' ' || slice.cursor, 0)::numeric), 0) as hash
        from price_sync_runs run join price_sync_slices slice on slice.run_id = run.id
        where run.plan_id = plan.id and run.finished_at is null) run
    where plan.id = ${planId} and plan.environment_id = ${scoped.scope.environmentId}`.execute(scoped.db)
  assert(rows[0], `plan ${planId} exists`)
  return rows[0].fingerprint
}
