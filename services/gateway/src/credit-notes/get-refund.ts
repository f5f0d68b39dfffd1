import { getRefund } from '@flexprice/contracts/operations'
import { getRefund as findRefund } from '@flexprice/database/credit-notes'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { refundResponse } from './refund-response.ts'

export function getRefundRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getRefund),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('refund', id)
      return reply.send(refundResponse(scoped.scope, await findRefund(scoped, id)))
    },
  })
}
