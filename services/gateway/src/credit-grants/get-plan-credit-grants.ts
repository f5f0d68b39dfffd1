import { getPlanCreditGrants } from '@flexprice/contracts/operations'
import { getPlan } from '@flexprice/database/catalog'
import { grantsOfOneMax, listPlanGrants } from '@flexprice/database/grants'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { listResponse } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { creditGrantResponse } from './credit-grant-response.ts'

export function getPlanCreditGrantsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getPlanCreditGrants),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('plan', id)
      await getPlan(scoped, id)
      const items = await listPlanGrants(scoped, [id])
      const page = { limit: grantsOfOneMax, offset: 0 }
      const list = { items, total: items.length }
      return reply.send(listResponse(list, page, (row) => creditGrantResponse(scoped.scope, row)))
    },
  })
}
