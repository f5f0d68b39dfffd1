import { rotateApiKey } from '@flexprice/contracts'
import { inTransaction, readTimeOfDay, rotateApiKey as replaceApiKey } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { secretResponse } from './secret-response.ts'

export function rotateApiKeyRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(rotateApiKey),
    async handler(request, reply) {
      const { id: keyId } = request.params
      expectIdOf('apiKey', keyId)
      const overlapMs = request.body.overlap_seconds * 1_000
      const answer = await inTransaction(callerDatabase(database, request), async (scoped) => {
        const now = await readTimeOfDay(scoped)
        const { made, old } = await replaceApiKey(scoped, { keyId, overlapMs, now })
        return {
          api_key: made.secret,
          secret: secretResponse(made.row, now),
          rotated: secretResponse(old, now),
        }
      })
      return reply.code(201).send(answer)
    },
  })
}
