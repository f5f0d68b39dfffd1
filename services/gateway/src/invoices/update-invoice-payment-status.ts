import { updateInvoicePaymentStatus } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { getInvoice } from '@flexprice/database/invoices'
import { lockPayableInvoice } from '@flexprice/database/payments'
import { assert } from '@flexprice/domain'
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
      const { payment_status: makes, amount } = request.body
      await inTransaction(scoped, async (transaction) => {
        const { payment_status: before } = await lockPayableInvoice(transaction, id)
        // All of it, said again.
        if (amount === undefined && before === makes && makes !== 'PENDING') return
        await payInvoice(transaction, {
          ...{ invoiceId: id, payment_method_type: 'OFFLINE', amount, makes, process: true },
        })
      })
      const [invoice] = await invoicesWithRecords(scoped, [await getInvoice(scoped, id)], {
        lineItems: true,
        now: await readNow(scoped),
      })
      assert(invoice, 'an invoice has an answer')
      return reply.send(invoice)
    },
  })
}
