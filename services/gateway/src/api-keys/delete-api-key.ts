import { deleteApiKey } from '@flexprice/contracts'
import { readTimeOfDay, revokeApiKey } from '@flexprice/database'
import { notFound } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deleteApiKeyRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(deleteApiKey),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('apiKey', id)
      if (!(await revokeApiKey(scoped, id, await readTimeOfDay(scoped)))) throw notFound('API key', id)
      return reply.code(204).send()
    },
  })
}
