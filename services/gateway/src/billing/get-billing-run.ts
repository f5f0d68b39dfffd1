import { getBillingRun } from '@flexprice/contracts/operations'
import { getBillingRun as findRun } from '@flexprice/database/billing'
import { assert } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { billingRunResponses } from './billing-run-response.ts'

export function getBillingRunRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getBillingRun),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('billingRun', id)
      const [run] = await billingRunResponses(scoped, [await findRun(scoped, id)])
      assert(run, 'a run has an answer')
      return reply.send(run)
    },
  })
}
