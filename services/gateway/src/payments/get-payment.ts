import { getPayment } from '@flexprice/contracts/operations'
import { getPayment as findPayment } from '@flexprice/database/payments'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { paymentResponse } from './payment-response.ts'

export function getPaymentRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getPayment),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('payment', request.params.id)
      return reply.send(await paymentResponse(scoped, await findPayment(scoped, request.params.id)))
    },
  })
}
