import { listSubscriptionChangeBulkItems } from '@flexprice/contracts/operations'
import { publishedErrorCode } from '@flexprice/contracts/wire'
import { type BulkChangeItemRow, getBulkChange, listBulkChangeItems } from '@flexprice/database/changes'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'

export function listSubscriptionChangeBulkItemsRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(listSubscriptionChangeBulkItems),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id: bulkChangeId } = request.params
      const { limit, cursor, outcome } = request.query
      expectIdOf('bulkChange', bulkChangeId)
      await getBulkChange(scoped, bulkChangeId)
      const rows = await listBulkChangeItems(scoped, { bulkChangeId, cursor, outcome, limit: limit + 1 })
      const items = rows.slice(0, limit)
      const last = rows.length > limit ? items.at(-1) : undefined
      return reply.send({
        items: items.map(itemResponse),
        next_cursor: last && cursorAfter(request, last.subscription_id),
      })
    },
  })
}

function itemResponse(row: BulkChangeItemRow) {
  return {
    subscription_id: row.subscription_id,
    customer_id: row.customer_id,
    external_customer_id: row.external_customer_id,
    from_plan_id: row.from_plan_id,
    currency: row.currency,
    outcome: row.outcome,
    change_type: row.change_type ?? undefined,
    effective_at: row.effective_at ?? undefined,
    credit_amount: amountOf(row.credit_amount),
    charge_amount: amountOf(row.charge_amount),
    net_amount: amountOf(row.net_amount),
    change_id: row.change_id ?? undefined,
    error: row.error ? { code: publishedErrorCode(row.error.code), message: row.error.message } : undefined,
  }
}

function amountOf(amount: string | null): string | undefined {
  return amount === null ? undefined : decimalText(amount)
}
