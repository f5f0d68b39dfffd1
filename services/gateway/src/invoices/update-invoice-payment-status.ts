import { updateInvoicePaymentStatus } from '@flexprice/contracts/operations'
import { readNow } from '@flexprice/database/connection'
import { getInvoice } from '@flexprice/database/invoices'
import { assert, invalid } from '@flexprice/domain'
import { readDecimal } from '@flexprice/domain/money'
import { paidStatus } from '@flexprice/domain/payment'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { payInvoice } from '../payments/pay-invoice.ts'
import { type Api, routeOf } from '../route.ts'
import { invoicesWithRecords } from './invoices-with-records.ts'

/** An invoice's payment state is never written: it follows from its payments, of which this keeps one. */
export function updateInvoicePaymentStatusRoute(
  api: Api,
  { database }: Pick<Dependencies, 'database'>,
): void {
  api.route({
    ...routeOf(updateInvoicePaymentStatus),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('invoice', id)
      const { payment_status: status, amount } = request.body
      const amountOf = (remaining: string) => {
        const paid = amount ?? remaining
        const reached = paidStatus(readDecimal(remaining), readDecimal(paid))
        if (reached === status) return paid
        const message = `is not what a payment of ${paid} makes of it, of which ${remaining} remains: that is ${reached}`
        throw invalid([{ path: 'payment_status', message }])
      }
      const before = await getInvoice(scoped, id)
      // The whole of it, said again.
      const isSaid = amount === undefined && before.payment_status === status && status !== 'PENDING'
      if (!isSaid)
        await payInvoice(scoped, { invoiceId: id, payment_method_type: 'OFFLINE', amountOf, process: true })
      const [invoice] = await invoicesWithRecords(scoped, [await getInvoice(scoped, id)], {
        lineItems: true,
        now: await readNow(scoped),
      })
      assert(invoice, 'an invoice has an answer')
      return reply.send(invoice)
    },
  })
}
