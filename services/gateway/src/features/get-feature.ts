import { getFeature } from '@flexprice/contracts/operations'
import { getFeature as findFeature } from '@flexprice/database/catalog'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { wholeFeatureResponse } from './feature-response.ts'

export function getFeatureRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getFeature),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      expectIdOf('feature', request.params.id)
      return reply.send(await wholeFeatureResponse(scoped, await findFeature(scoped, request.params.id)))
    },
  })
}
