import { listRefunds } from '@flexprice/contracts/operations'
import { searchRefunds } from '@flexprice/database/credit-notes'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { refundResponse } from './refund-response.ts'

export function listRefundsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listRefunds),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { limit, offset } = request.query
      const page = await searchRefunds(scoped, request.query)
      return reply.send({
        items: page.items.map((row) => refundResponse(scoped.scope, row)),
        pagination: { total: page.total, limit, offset },
      })
    },
  })
}
