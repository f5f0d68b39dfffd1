import { notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from './connection.ts'

export interface PriceSyncStatus {
  readonly currentSequence: number
  readonly synced: boolean
  readonly unsyncedSubscriptionCount: number
}

/**
 * Where a plan's subscriptions stand, from the watermark alone: the plan's floor, each subscription's
 * own sequence, and the cursors of a run that is under way to the plan's present sequence. When the
 * floor has reached the sequence the answer costs the same for ten subscriptions and for a million.
 *
 * @throws not_found when the environment has no such plan
 */
export async function getPriceSyncStatus(scoped: Scoped, planId: string): Promise<PriceSyncStatus> {
  const { rows } = await sql<{ sequence: number; floor: number; unsynced: number }>`
    select plan.price_sequence as sequence, plan.synced_price_sequence as floor,
      case when plan.synced_price_sequence = plan.price_sequence then 0 else (
        select count(*) from subscriptions s
        where s.plan_id = plan.id and s.subscription_status <> 'cancelled'
          and s.synced_price_sequence < plan.price_sequence
          and not exists (
            select from price_sync_runs run join price_sync_slices slice on slice.run_id = run.id
            where run.plan_id = plan.id and run.finished_at is null and run.target_sequence = plan.price_sequence
              and s.id > slice.range_start and s.id <= slice.cursor)
      ) end as unsynced
    from plans plan
    where plan.id = ${planId} and plan.environment_id = ${scoped.scope.environmentId} and plan.status <> 'deleted'
  `.execute(scoped.db)
  const row = rows[0]
  if (!row) throw notFound('Plan', planId)
  return {
    currentSequence: row.sequence,
    synced: row.unsynced === 0,
    unsyncedSubscriptionCount: row.unsynced,
  }
}

export interface PriceSyncRunProgress {
  /** To be looked at by the run; those that the watermark passes over are not among them. */
  readonly subscriptionsDue: number
  readonly subscriptionsProcessed: number
  readonly pricesAdded: number
  readonly pricesRemoved: number
  readonly pricesSkipped: number
}

/** How far the newest run of a workflow's execution is; undefined when it has not begun one. */
export async function getPriceSyncProgress(
  scoped: Scoped,
  workflow: { id: string; runId: string },
): Promise<PriceSyncRunProgress | undefined> {
  const { rows } = await sql<PriceSyncRunProgress>`
    select coalesce(sum(subscriptions_due), 0)::bigint as "subscriptionsDue",
      coalesce(sum(subscriptions_processed), 0)::bigint as "subscriptionsProcessed",
      coalesce(sum(prices_added), 0)::bigint as "pricesAdded",
      coalesce(sum(prices_removed), 0)::bigint as "pricesRemoved",
      coalesce(sum(skipped_incompatible + skipped_ended + skipped_overridden + skipped_ended_by_user
        + skipped_in_sync), 0)::bigint as "pricesSkipped"
    from (
      select id from price_sync_runs
      where environment_id = ${scoped.scope.environmentId} and workflow_id = ${workflow.id}
        and workflow_run_id = ${workflow.runId}
      order by id desc limit 1
    ) run left join price_sync_slices slice on slice.run_id = run.id
    group by run.id`.execute(scoped.db)
  return rows[0]
}
