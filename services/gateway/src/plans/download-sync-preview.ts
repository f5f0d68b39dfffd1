import { Readable } from 'node:stream'
import { downloadSyncPreview } from '@flexprice/contracts/operations'
import type { Scoped } from '@flexprice/database/connection'
import { getSyncPreview, listSyncPreviewItems, type SyncPreviewItemRow } from '@flexprice/database/price-sync'
import { callerDatabase } from '../caller.ts'
import { csvRow } from '../csv-row.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

const itemsPerPage = 1_000

/** Read page by page as the caller takes it, so that any size needs the memory of one page. */
export function downloadSyncPreviewRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(downloadSyncPreview),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id: planId, preview_id: previewId } = request.params
      expectIdOf('plan', planId)
      expectIdOf('syncPreview', previewId)
      await getSyncPreview(scoped, { previewId, planId })
      reply.header('content-type', 'text/csv; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${previewId}.csv"`)
      return reply.send(Readable.from(csvPages(scoped, previewId)))
    },
  })
}

async function* csvPages(scoped: Scoped, previewId: string): AsyncGenerator<string> {
  yield csvRow(columns)
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const items: SyncPreviewItemRow[] = await listSyncPreviewItems(scoped, {
      previewId,
      cursor,
      limit: itemsPerPage,
    })
    yield items.map(itemRow).join('')
    cursor = items.length < itemsPerPage ? undefined : items.at(-1)?.subscription_id
  }
}

const columns = [
  'subscription_id',
  'customer_id',
  'external_customer_id',
  'currency',
  'outcome',
  'reason',
  'period_start',
  'period_end',
  'before',
  'after',
  'difference',
  'prices',
  'error',
  'invoice_id',
]

function itemRow(item: SyncPreviewItemRow): string {
  return csvRow([
    item.subscription_id,
    item.customer_id,
    item.external_customer_id,
    item.currency,
    item.outcome,
    item.reason,
    item.period_start?.toISOString(),
    item.period_end?.toISOString(),
    item.before === null ? null : decimalText(item.before),
    item.after === null ? null : decimalText(item.after),
    item.difference === null ? null : decimalText(item.difference),
    item.prices.map(({ price_id, effect }) => `${price_id}=${effect}`).join(' '),
    item.error?.message,
    item.invoice_id,
  ])
}
