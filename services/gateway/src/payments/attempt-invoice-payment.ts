import { attemptInvoicePayment } from '@flexprice/contracts/operations'
import { inTransaction, readNow, type Scoped } from '@flexprice/database/connection'
import {
  lockPayableInvoice,
  type PaymentRow,
  payableByCredits,
  refuseUnpayable,
} from '@flexprice/database/payments'
import { CodedError } from '@flexprice/domain'
import { formatDecimal, isPositive } from '@flexprice/domain/money'
import { callerDatabase } from '../caller.ts'
import { decimalText } from '../decimal-text.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { payInvoice } from './pay-invoice.ts'

export function attemptInvoicePaymentRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(attemptInvoicePayment),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('invoice', id)
      const payment = await inTransaction(callerDatabase(database, request), (scoped) =>
        payByCredits(scoped, id),
      )
      const paid = `${decimalText(payment.amount)} ${payment.currency}`
      return reply.send({ message: `Credits have paid ${paid} of invoice ${id}, by payment ${payment.id}` })
    },
  })
}

/** Until a provider is configured nothing but credits can be asked. @throws not_found; state_conflict where there are none */
async function payByCredits(scoped: Scoped, invoiceId: string): Promise<PaymentRow> {
  const invoice = await lockPayableInvoice(scoped, invoiceId)
  refuseUnpayable(invoice)
  const payable = await payableByCredits(scoped, invoice, await readNow(scoped))
  if (!isPositive(payable)) {
    const message = `Customer ${invoice.customer_id} has no credits that could pay invoice ${invoiceId}, and no provider is configured`
    throw new CodedError('state_conflict', message, { details: { payable_amount: '0' } })
  }
  const amount = formatDecimal(payable)
  return await payInvoice(scoped, { invoiceId, payment_method_type: 'CREDITS', amount, process: true })
}
