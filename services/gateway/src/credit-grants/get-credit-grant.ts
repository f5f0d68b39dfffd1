import { getCreditGrant } from '@flexprice/contracts/operations'
import { getCreditGrant as findGrant } from '@flexprice/database/grants'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { creditGrantResponse } from './credit-grant-response.ts'

export function getCreditGrantRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCreditGrant),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('creditGrant', request.params.id)
      return reply.send(creditGrantResponse(scoped.scope, await findGrant(scoped, request.params.id)))
    },
  })
}
