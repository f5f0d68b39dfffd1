import { createFeature } from '@flexprice/contracts/operations'
import { insertFeature, newFeature } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { wholeFeatureResponse } from './feature-response.ts'

export function createFeatureRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createFeature),
    async handler(request, reply) {
      const caller = callerDatabase(database, request)
      const { meter_id, group_id } = request.body
      if (meter_id) expectIdOf('meter', meter_id)
      if (group_id) expectIdOf('group', group_id)
      const feature = newFeature(request.body)
      const answer = await inTransaction(caller, async (scoped) =>
        wholeFeatureResponse(scoped, await insertFeature(scoped, feature, await readNow(scoped))),
      )
      return reply.code(201).send(answer)
    },
  })
}
