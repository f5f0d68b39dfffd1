import { getSyncPreview } from '@flexprice/contracts/operations'
import {
  editsOf,
  getSyncPreview as findSyncPreview,
  getSyncPreviewProgress,
  type SyncPreviewRow,
} from '@flexprice/database/price-sync'
import type { SyncPreviewSummary } from '@flexprice/database/tables'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { priceChangesResponse } from '../prices/price-changes.ts'
import { type Api, routeOf } from '../route.ts'

export function getSyncPreviewRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getSyncPreview),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id: planId, preview_id: previewId } = request.params
      expectIdOf('plan', planId)
      expectIdOf('syncPreview', previewId)
      const row = await findSyncPreview(scoped, { previewId, planId })
      const progress = await getSyncPreviewProgress(scoped, previewId)
      return reply.send({
        ...previewResponse(row),
        subscriptions_processed: progress?.subscriptionsProcessed ?? 0,
      })
    },
  })
}

function previewResponse(row: SyncPreviewRow) {
  const isDone = row.finished_at !== null
  return {
    id: row.id,
    plan_id: row.plan_id,
    status: isDone ? 'COMPLETED' : row.subscriptions_total === null ? 'PENDING' : 'RUNNING',
    prices: editsOf(row).map(({ priceId, changes, startsAt, effectiveAt }) => ({
      price_id: priceId,
      ...priceChangesResponse(changes),
      ...(effectiveAt ? { effective_at: effectiveAt } : { effective_from: startsAt }),
    })),
    pinned_at: row.pinned_at,
    valid_until: row.valid_until ?? undefined,
    applicable: isDone && row.applied_at === null && row.fingerprint !== null,
    subscriptions_total: row.subscriptions_total ?? undefined,
    result: row.summary ? resultOf(row.summary) : undefined,
    created_at: row.created_at,
    finished_at: row.finished_at ?? undefined,
    applied_at: row.applied_at ?? undefined,
  } as const
}

function resultOf({ outcomes, ...summary }: SyncPreviewSummary) {
  const { added, removed, ...skips } = outcomes
  return {
    subscriptions_touched: summary.touched,
    subscriptions_untouched: summary.untouched,
    subscriptions_failed: summary.failed,
    untouched_by_reason: { ...summary.untouched_by_reason },
    prices_added: added,
    prices_removed: removed,
    prices_skipped: Object.values(skips).reduce((sum, count) => sum + count, 0),
    skipped_by_reason: skips,
    skipped_prices: (summary.skipped_prices ?? []).map((skip) => ({ ...skip })),
    totals: summary.totals.map((total) => ({ ...total })),
    largest_movers: summary.largest_movers.map((mover) => ({ ...mover })),
  }
}
