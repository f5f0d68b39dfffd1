import { deleteApiKey } from '@flexprice/contracts/operations'
import { readTimeOfDay } from '@flexprice/database/connection'
import { findApiKeyHash, revokeApiKey } from '@flexprice/database/tenancy'
import { notFound } from '@flexprice/domain'
import { afterCommit, callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function deleteApiKeyRoute(
  api: Api,
  { database, keys }: Pick<Dependencies, 'database' | 'keys'>,
): void {
  api.route({
    ...routeOf(deleteApiKey),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('apiKey', id)
      const hash = await findApiKeyHash(scoped, id)
      if (!(await revokeApiKey(scoped, id, await readTimeOfDay(scoped)))) throw notFound('API key', id)
      if (hash) await afterCommit(request, () => keys.forget(hash))
      return reply.code(204).send()
    },
  })
}
