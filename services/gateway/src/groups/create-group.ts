import { createGroup } from '@flexprice/contracts/operations'
import { insertGroup } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { groupResponse } from './group-response.ts'

export function createGroupRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(createGroup),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const row = await insertGroup(scoped, request.body, await readNow(scoped))
      return reply.code(201).send(groupResponse(row, []))
    },
  })
}
