import { notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

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
