import { createPayment } from '@flexprice/contracts/operations'
import { requestHash } from '@flexprice/database/idempotency'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { payInvoice } from './pay-invoice.ts'
import { paymentResponse } from './payment-response.ts'

export function createPaymentRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createPayment),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const payment_method_type =
        request.body.payment_method_type === 'CREDITS' ? ('CREDITS' as const) : ('OFFLINE' as const)
      const { destination_id: invoiceId, amount, currency, metadata, idempotency_key: key } = request.body
      expectIdOf('invoice', invoiceId)
      const payment = await payInvoice(scoped, {
        ...{ invoiceId, currency, metadata, payment_method_type },
        amount,
        process: request.body.process_payment,
        request: key === undefined ? undefined : { key, hash: requestHash(request.body) },
      })
      return reply.code(201).send(await paymentResponse(scoped, payment))
    },
  })
}
