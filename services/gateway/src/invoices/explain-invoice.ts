import { explainInvoice } from '@flexprice/contracts/operations'
import { getInvoice, type InvoiceLineItemRow, listInvoiceLineItems } from '@flexprice/database/invoices'
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
      const [invoice, lines] = await Promise.all([getInvoice(scoped, id), listInvoiceLineItems(scoped, [id])])
      return reply.send({
        invoice_id: invoice.id,
        invoice_number: invoice.invoice_number ?? undefined,
        currency: invoice.currency,
        lines: lines.map(explainedLine),
      })
    },
  })
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
