import { explainInvoice } from '@flexprice/contracts/operations'
import {
  getInvoice,
  type InvoiceHistoryRow,
  type InvoiceLineItemRow,
  listInvoiceHistory,
  listInvoiceLineItems,
} from '@flexprice/database/invoices'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function explainInvoiceRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(explainInvoice),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      const [invoice, history, lines] = await Promise.all([
        getInvoice(scoped, id),
        listInvoiceHistory(scoped, id),
        listInvoiceLineItems(scoped, [id]),
      ])
      return reply.send({
        invoice_id: invoice.id,
        invoice_number: invoice.invoice_number ?? undefined,
        invoice_status: invoice.invoice_status,
        payment_status: invoice.payment_status,
        currency: invoice.currency,
        history: history.map(toldChange),
        lines: lines.map(explainedLine),
      })
    },
  })
}

function toldChange({ field, from_value, to_value: to, reason, changed_at, changed_by }: InvoiceHistoryRow) {
  return { field, from: from_value ?? undefined, to, reason: reason || undefined, changed_at, changed_by }
}

function explainedLine(line: InvoiceLineItemRow) {
  return {
    invoice_line_item_id: line.id,
    subscription_line_item_id: line.subscription_line_item_id ?? undefined,
    price_id: line.price_id ?? undefined,
    display_name: line.display_name,
    quantity: decimalText(line.quantity),
    amount: decimalText(line.amount),
    period_start: line.period_start,
    period_end: line.period_end,
    explanation: { ...line.explanation },
  }
}
