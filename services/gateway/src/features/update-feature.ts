import { updateFeature } from '@flexprice/contracts/operations'
import { featureChanges, updateFeature as writeFeature } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { wholeFeatureResponse } from './feature-response.ts'

export function updateFeatureRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(updateFeature),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('feature', id)
      const { group_id } = request.body
      if (group_id) expectIdOf('group', group_id)
      const changes = featureChanges(request.body)
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) =>
        wholeFeatureResponse(scoped, await writeFeature(scoped, id, changes, await readNow(scoped))),
      )
      return reply.send(answer)
    },
  })
}
