import { createPlan } from '@flexprice/contracts/operations'
import { insertPlan } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { planResponse } from './plan-response.ts'

export function createPlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createPlan),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { lookup_key, ...fields } = request.body
      const plan = { ...fields, lookup_key: lookup_key === '' ? undefined : lookup_key }
      const row = await insertPlan(scoped, plan, await readNow(scoped))
      return reply.code(201).send(planResponse(scoped.scope, row))
    },
  })
}
