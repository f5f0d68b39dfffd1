import { listApiKeys } from '@flexprice/contracts/operations'
import { readTimeOfDay } from '@flexprice/database/connection'
import { searchApiKeys } from '@flexprice/database/tenancy'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { secretResponse } from './secret-response.ts'

export function listApiKeysRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listApiKeys),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { limit, offset } = request.query
      const now = await readTimeOfDay(scoped)
      const { items, total } = await searchApiKeys(scoped, request.query, now)
      return reply.send({
        items: items.map((row) => secretResponse(row, now)),
        pagination: { total, limit, offset },
      })
    },
  })
}
