import { deletePlan } from '@flexprice/contracts/operations'
import { deletePlan as removePlan } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deletePlanRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deletePlan),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('plan', id)
      await inTransaction(callerDatabase(database, request), async (scoped) =>
        removePlan(scoped, id, await readNow(scoped)),
      )
      return reply.send({ message: `Plan ${id} is deleted` })
    },
  })
}
