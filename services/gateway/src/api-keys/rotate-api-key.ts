import { rotateApiKey } from '@flexprice/contracts/operations'
import { inTransaction, readTimeOfDay } from '@flexprice/database/connection'
import { findApiKeyHash, rotateApiKey as replaceApiKey } from '@flexprice/database/tenancy'
import { afterCommit, callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { secretResponse } from './secret-response.ts'

export function rotateApiKeyRoute(
  api: Api,
  { database, keys }: Pick<Dependencies, 'database' | 'keys'>,
): void {
  api.route({
    ...routeOf(rotateApiKey),
    async handler(request, reply) {
      const { id: keyId } = request.params
      expectIdOf('apiKey', keyId)
      const overlapMs = request.body.overlap_seconds * 1_000
      const caller = callerDatabase(database, request)
      const hash = await findApiKeyHash(caller, keyId)
      const answer = await inTransaction(caller, async (scoped) => {
        const now = await readTimeOfDay(scoped)
        const { made, old } = await replaceApiKey(scoped, { keyId, overlapMs, now })
        return {
          api_key: made.secret,
          secret: secretResponse(made.row, now),
          rotated: secretResponse(old, now),
        }
      })
      // Its end was set: a copy in a cache says otherwise.
      if (hash) await afterCommit(request, () => keys.forget(hash))
      return reply.code(201).send(answer)
    },
  })
}
