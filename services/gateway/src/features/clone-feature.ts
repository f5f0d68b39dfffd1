import { cloneFeature } from '@flexprice/contracts/operations'
import { cloneFeature as copyFeature } from '@flexprice/database/catalog'
import { inTransaction, readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { wholeFeatureResponse } from './feature-response.ts'

export function cloneFeatureRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(cloneFeature),
    async handler(request, reply) {
      const { id } = request.params
      expectIdOf('feature', id)
      const { lookup_key, ...fields } = request.body
      const changes = { ...fields, lookup_key: lookup_key || undefined }
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) =>
        wholeFeatureResponse(scoped, await copyFeature(scoped, id, changes, await readNow(scoped))),
      )
      return reply.code(201).send(answer)
    },
  })
}
