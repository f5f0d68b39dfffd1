import { updatePayment } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { getPayment, lockPayment, movePayment, updatePaymentMetadata } from '@flexprice/database/payments'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { paymentResponse } from './payment-response.ts'

export function updatePaymentRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updatePayment),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('payment', id)
      const { payment_status: to, error_message: error, metadata } = request.body
      const payment = await inTransaction(scoped, async (transaction) => {
        const held = await lockPayment(transaction, id)
        const now = await readNow(transaction)
        if (metadata) await updatePaymentMetadata(transaction, { id, metadata }, now)
        if (to) await movePayment(transaction, held, { to, error, now })
        return await getPayment(transaction, id)
      })
      return reply.send(await paymentResponse(scoped, payment))
    },
  })
}
