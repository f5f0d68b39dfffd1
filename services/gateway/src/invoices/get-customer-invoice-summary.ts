import { getCustomerInvoiceSummary } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { getCustomer } from '@flexprice/database/customers'
import { summarizeInvoices } from '@flexprice/database/invoices'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function getCustomerInvoiceSummaryRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCustomerInvoiceSummary),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const customerId = request.params.id
      expectIdOf('customer', customerId)
      const customer = await getCustomer(scoped, customerId)
      const summaries = await summarizeInvoices(scoped, { customerId, now: await readNow(scoped) })
      return reply.send({
        customer_id: customerId,
        default_currency: customer.billing_currency ?? summaries[0]?.currency,
        summaries: summaries.map((summary) => ({
          customer_id: customerId,
          currency: summary.currency,
          total_invoice_count: summary.invoiceCount,
          unpaid_invoice_count: summary.unpaidCount,
          overdue_invoice_count: summary.overdueCount,
          total_revenue_amount: decimalText(summary.revenue),
          total_unpaid_amount: decimalText(summary.unpaid),
          total_overdue_amount: decimalText(summary.overdue),
          unpaid_fixed_charges: decimalText(summary.unpaidFixed),
          unpaid_usage_charges: decimalText(summary.unpaidUsage),
        })),
      })
    },
  })
}
