import { listCalculationItems } from '@flexprice/contracts/operations'
import { publishedErrorCode } from '@flexprice/contracts/wire'
import {
  type CalculationItemRow,
  getCalculation,
  listCalculationItems as listItems,
} from '@flexprice/database/calculations'
import { withShownQuotients } from '@flexprice/domain/cycle'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'
import { lineWarningsResponse, warningsResponse } from '../warnings-response.ts'

export function listCalculationItemsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listCalculationItems),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      const { limit, cursor = '' } = request.query
      expectIdOf('calculation', id)
      await getCalculation(scoped, id)
      const rows = await listItems(scoped, { calculationId: id, cursor, limit: limit + 1 })
      const items = rows.slice(0, limit)
      const last = rows.length > limit ? items.at(-1) : undefined
      return reply.send({
        items: items.map(itemResponse),
        next_cursor: last && cursorAfter(request, last.subscription_id),
      })
    },
  })
}

function itemResponse(row: CalculationItemRow) {
  return {
    subscription_id: row.subscription_id,
    customer_id: row.customer_id,
    external_customer_id: row.external_customer_id,
    plan_id: row.plan_id,
    currency: row.currency,
    period_start: row.period_start ?? undefined,
    period_end: row.period_end ?? undefined,
    subtotal: row.subtotal === null ? undefined : decimalText(row.subtotal),
    total: row.total === null ? undefined : decimalText(row.total),
    lines: row.lines.map((line) => ({
      ...line,
      period_start: new Date(line.period_start),
      period_end: new Date(line.period_end),
      explanation: withShownQuotients(line.explanation),
      warnings: warningsResponse(line.warnings) ?? [],
    })),
    error: row.error ? { code: publishedErrorCode(row.error.code), message: row.error.message } : undefined,
    invoice_id: row.invoice_id ?? undefined,
    ...(row.is_invoiced && { invoiced: true }),
    warnings: lineWarningsResponse(row.lines),
  }
}
