import { listSyncPreviewItems } from '@flexprice/contracts/operations'
import { publishedErrorCode } from '@flexprice/contracts/wire'
import {
  getSyncPreview,
  listSyncPreviewItems as listItems,
  type SyncPreviewItemRow,
} from '@flexprice/database/price-sync'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'

export function listSyncPreviewItemsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listSyncPreviewItems),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id: planId, preview_id: previewId } = request.params
      const { limit, cursor, outcome } = request.query
      expectIdOf('plan', planId)
      expectIdOf('syncPreview', previewId)
      await getSyncPreview(scoped, { previewId, planId })
      const rows = await listItems(scoped, { previewId, cursor, outcome, limit: limit + 1 })
      const items = rows.slice(0, limit)
      const last = rows.length > limit ? items.at(-1) : undefined
      return reply.send({
        items: items.map(itemResponse),
        next_cursor: last && cursorAfter(request, last.subscription_id),
      })
    },
  })
}

function itemResponse(row: SyncPreviewItemRow) {
  return {
    subscription_id: row.subscription_id,
    customer_id: row.customer_id,
    external_customer_id: row.external_customer_id,
    currency: row.currency,
    outcome: row.outcome,
    reason: row.reason ?? undefined,
    period_start: row.period_start ?? undefined,
    period_end: row.period_end ?? undefined,
    ...(row.invoice_id !== null && { invoiced: true, invoice_id: row.invoice_id }),
    before: row.before === null ? undefined : decimalText(row.before),
    after: row.after === null ? undefined : decimalText(row.after),
    difference: row.difference === null ? undefined : decimalText(row.difference),
    prices: row.prices.map((price) => ({ ...price })),
    error: row.error ? { code: publishedErrorCode(row.error.code), message: row.error.message } : undefined,
  }
}
