import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'

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
