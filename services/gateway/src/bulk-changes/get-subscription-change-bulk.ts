import { publishedCounts } from '@flexprice/contracts/changes'
import { getSubscriptionChangeBulk } from '@flexprice/contracts/operations'
import {
  type BulkChangeProgress,
  type BulkChangeRow,
  getBulkChange,
  getBulkChangeProgress,
} from '@flexprice/database/changes'
import type { BulkChangeSummary } from '@flexprice/database/tables'
import type { z } from 'zod'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function getSubscriptionChangeBulkRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getSubscriptionChangeBulk),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('bulkChange', id)
      const row = await getBulkChange(scoped, id)
      const preview = await getBulkChangeProgress(scoped, id, 'preview')
      if (row.started_at === null) return reply.send(bulkChangeResponse(row, preview))
      const execution = await getBulkChangeProgress(scoped, id, 'execution')
      return reply.send(bulkChangeResponse(row, together(preview, execution)))
    },
  })
}

type Counts = Pick<BulkChangeProgress, 'processed' | 'leftOut'>

/** An execution goes through what its preview has not left out. */
function together(preview: Counts | undefined, execution: Counts | undefined): Counts {
  const leftOut = preview?.leftOut ?? 0
  return {
    processed: leftOut + (execution?.processed ?? 0),
    leftOut: leftOut + (execution?.leftOut ?? 0),
  }
}

function bulkChangeResponse(row: BulkChangeRow, progress: Counts | undefined) {
  return {
    id: row.id,
    status: statusOf(row),
    plan_id: row.plan_id ?? undefined,
    target_plan_id: row.target_plan_id,
    proration_behavior: row.proration_behavior,
    change_at: row.change_at,
    supersede: row.supersede,
    pinned_at: row.pinned_at,
    valid_until: row.valid_until,
    applicable: row.previewed_at !== null && row.started_at === null && row.target_sequence !== null,
    subscriptions_total: row.subscriptions_total ?? undefined,
    subscriptions_processed: progress?.processed ?? 0,
    subscriptions_left_out: progress?.leftOut ?? 0,
    preview: row.preview ? sumsOf(row.preview) : undefined,
    result: row.result ? sumsOf(row.result) : undefined,
    created_at: row.created_at,
    previewed_at: row.previewed_at ?? undefined,
    started_at: row.started_at ?? undefined,
    finished_at: row.finished_at ?? undefined,
  } as const
}

function statusOf(
  row: BulkChangeRow,
): z.output<(typeof getSubscriptionChangeBulk.schema.response)[200]>['status'] {
  if (row.finished_at !== null) return 'COMPLETED'
  if (row.started_at !== null) return 'RUNNING'
  if (row.previewed_at !== null) return 'PREVIEWED'
  return row.subscriptions_total === null ? 'PENDING' : 'PREVIEWING'
}

function sumsOf(summary: BulkChangeSummary) {
  return {
    subscriptions: summary.subscriptions,
    left_out: summary.left_out,
    left_out_by_code: publishedCounts(summary.left_out_by_code),
    totals: summary.totals.map((total) => ({ ...total })),
    largest_movers: summary.largest_movers.map((mover) => ({ ...mover })),
  }
}
