import { listPayments } from '@flexprice/contracts/operations'
import { searchPayments } from '@flexprice/database/payments'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { paymentResponses } from './payment-response.ts'

export function listPaymentsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listPayments),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { limit, offset, destination_type: type, ...search } = request.query
      // Every payment is of an invoice.
      const page =
        type === undefined || type === 'INVOICE'
          ? await searchPayments(scoped, { ...search, limit, offset })
          : { items: [], total: 0 }
      return reply.send({
        items: await paymentResponses(scoped, page.items),
        pagination: { total: page.total, limit, offset },
      })
    },
  })
}
