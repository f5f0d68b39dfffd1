import { Readable } from 'node:stream'
import { downloadCalculation } from '@flexprice/contracts/operations'
import {
  type CalculationItemRow,
  getCalculation,
  listCalculationItems,
} from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import { csvRow } from '../csv-row.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

const itemsPerPage = 500

/** Read page by page as the caller takes it, so that any size needs the memory of one page. */
export function downloadCalculationRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(downloadCalculation),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('calculation', id)
      await getCalculation(scoped, id)
      reply.header('content-type', 'text/csv; charset=utf-8')
      reply.header('content-disposition', `attachment; filename="${id}.csv"`)
      return reply.send(Readable.from(csvPages(scoped, id)))
    },
  })
}

async function* csvPages(scoped: Scoped, calculationId: string): AsyncGenerator<string> {
  yield csvRow(columns)
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const items: CalculationItemRow[] = await listCalculationItems(scoped, {
      calculationId,
      cursor,
      limit: itemsPerPage,
    })
    yield items.flatMap(itemRows).join('')
    cursor = items.length < itemsPerPage ? undefined : items.at(-1)?.subscription_id
  }
}

const columns = [
  'subscription_id',
  'customer_id',
  'external_customer_id',
  'plan_id',
  'currency',
  'period_start',
  'period_end',
  'total',
  'invoice_id',
  'error',
  'subscription_line_item_id',
  'price_id',
  'price_type',
  'display_name',
  'quantity',
  'amount',
  'line_period_start',
  'line_period_end',
  'warnings',
  'invoiced',
]

/** A row a line; one without lines has a row of its own. */
function itemRows(item: CalculationItemRow): string[] {
  const ofItem = [
    item.subscription_id,
    item.customer_id,
    item.external_customer_id,
    item.plan_id,
    item.currency,
    item.period_start?.toISOString(),
    item.period_end?.toISOString(),
    item.total === null ? undefined : decimalText(item.total),
    item.invoice_id,
    item.error?.message,
  ]
  if (item.lines.length === 0) return [csvRow([...ofItem, ...Array<string>(columns.length - ofItem.length)])]
  return item.lines.map((line) =>
    csvRow([
      ...ofItem,
      line.subscription_line_item_id,
      line.price_id,
      line.price_type,
      line.display_name,
      line.quantity,
      line.amount,
      line.period_start,
      line.period_end,
      line.warnings.map(({ message }) => message).join(' '),
      item.is_invoiced ? 'true' : undefined,
    ]),
  )
}
