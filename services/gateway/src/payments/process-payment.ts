import { processPayment } from '@flexprice/contracts/operations'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { getPayment, lockPayment, movePayment } from '@flexprice/database/payments'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { paymentResponse } from './payment-response.ts'

export function processPaymentRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(processPayment),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('payment', id)
      const payment = await inTransaction(scoped, async (transaction) => {
        const held = await lockPayment(transaction, id)
        await movePayment(transaction, held, { to: 'SUCCEEDED', now: await readNow(transaction) })
        return await getPayment(transaction, id)
      })
      return reply.send(await paymentResponse(scoped, payment))
    },
  })
}
