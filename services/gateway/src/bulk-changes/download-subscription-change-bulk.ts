import { Readable } from 'node:stream'
import { downloadSubscriptionChangeBulk } from '@flexprice/contracts/operations'
import { type BulkChangeItemRow, getBulkChange, listBulkChangeItems } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import { csvRow } from '../csv-row.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

const itemsPerPage = 1_000

/** Read page by page as the caller takes it, so that any size needs the memory of one page. */
export function downloadSubscriptionChangeBulkRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(downloadSubscriptionChangeBulk),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('bulkChange', id)
      await getBulkChange(scoped, id)
      reply.header('content-type', 'text/csv; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${id}.csv"`)
      return reply.send(Readable.from(csvPages(scoped, id)))
    },
  })
}

async function* csvPages(scoped: Scoped, bulkChangeId: string): AsyncGenerator<string> {
  yield csvRow(columns)
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page = { bulkChangeId, cursor, limit: itemsPerPage }
    const items: BulkChangeItemRow[] = await listBulkChangeItems(scoped, page)
    yield items.map(itemRow).join('')
    cursor = items.length < itemsPerPage ? undefined : items.at(-1)?.subscription_id
  }
}

const columns = [
  'subscription_id',
  'customer_id',
  'external_customer_id',
  'from_plan_id',
  'currency',
  'outcome',
  'change_type',
  'effective_at',
  'credit_amount',
  'charge_amount',
  'net_amount',
  'change_id',
  'error',
]

function itemRow(item: BulkChangeItemRow): string {
  return csvRow([
    item.subscription_id,
    item.customer_id,
    item.external_customer_id,
    item.from_plan_id,
    item.currency,
    item.outcome,
    item.change_type,
    item.effective_at?.toISOString(),
    item.credit_amount === null ? null : decimalText(item.credit_amount),
    item.charge_amount === null ? null : decimalText(item.charge_amount),
    item.net_amount === null ? null : decimalText(item.net_amount),
    item.change_id,
    item.error?.message,
  ])
}
