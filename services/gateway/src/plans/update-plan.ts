import { updatePlan } from '@flexprice/contracts/operations'
import { updatePlan as writePlan } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { planResponse } from './plan-response.ts'

export function updatePlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updatePlan),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('plan', id)
      const { lookup_key, ...fields } = request.body
      const changes = { ...fields, lookup_key: lookup_key === '' ? null : lookup_key }
      const row = await writePlan(scoped, id, changes, await readNow(scoped))
      return reply.send(planResponse(scoped.scope, row))
    },
  })
}
