import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { SyncPreviewItemTable } from '../tables/sync-preview-tables.ts'

export type SyncPreviewItemRow = Selectable<SyncPreviewItemTable> & {
  /** Decimal text; null where it could not be rated. */
  readonly difference: string | null
}

/** A page of a preview's subscriptions behind the cursor, which is a subscription's id, in the order of their ids. */
export function listSyncPreviewItems(
  scoped: Scoped,
  page: {
    previewId: string
    limit: number
    cursor?: string | undefined
    outcome?: SyncPreviewItemRow['outcome'] | undefined
  },
): Promise<SyncPreviewItemRow[]> {
  const query = scoped.db
    .selectFrom('sync_preview_items')
    .selectAll()
    .select(sql<string | null>`after - before`.as('difference'))
    .where('preview_id', '=', page.previewId)
    .where('subscription_id', '>', page.cursor ?? '')
    .orderBy('subscription_id')
    .limit(page.limit)
  return (page.outcome === undefined ? query : query.where('outcome', '=', page.outcome)).execute()
}

export interface SyncPreviewProgress {
  readonly subscriptionsDue: number
  readonly subscriptionsProcessed: number
  readonly subscriptionsFailed: number
}

/** How far a preview is; undefined before its slices are cut. */
export async function getSyncPreviewProgress(
  scoped: Scoped,
  previewId: string,
): Promise<SyncPreviewProgress | undefined> {
  const { rows } = await sql<SyncPreviewProgress>`
    select preview.subscriptions_total as "subscriptionsDue",
      coalesce(sum(slice.subscriptions_processed), 0)::bigint as "subscriptionsProcessed",
      (select count(*) from sync_preview_items where preview_id = preview.id and outcome = 'failed') as "subscriptionsFailed"
    from sync_previews preview left join sync_preview_slices slice on slice.preview_id = preview.id
    where preview.id = ${previewId} and preview.subscriptions_total is not null
    group by preview.id`.execute(scoped.db)
  return rows[0]
}
