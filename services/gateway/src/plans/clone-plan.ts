import { clonePlan } from '@flexprice/contracts/operations'
import { clonePlan as copyPlan } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { planPrices } from './plan-prices.ts'
import { planResponse } from './plan-response.ts'

export function clonePlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(clonePlan),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('plan', id)
      const { lookup_key, ...fields } = request.body
      const changes = { ...fields, lookup_key: lookup_key === '' ? undefined : lookup_key }
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) => {
        const plan = await copyPlan(scoped, id, changes, await readNow(scoped))
        const prices = await planPrices(scoped, [plan.id])
        return { ...planResponse(scoped.scope, plan), prices: prices(plan.id) }
      })
      return reply.code(201).send(answer)
    },
  })
}
