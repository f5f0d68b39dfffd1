import { queryGroup } from '@flexprice/contracts/operations'
import { listGroupEntities, searchGroups } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursoredList } from '../list-response.ts'
import { type Api, routeOf } from '../route.ts'
import { groupResponse } from './group-response.ts'

/** A page may have a thousand groups. */
const perGroupMax = 100

export function queryGroupRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(queryGroup),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const page = await searchGroups(scoped, request.body)
      const ids = page.items.map((row) => row.id)
      const entities = await listGroupEntities(scoped, ids, { now: await readNow(scoped), perGroupMax })
      return reply.send(cursoredList(page, request, (row) => groupResponse(row, entities.get(row.id))))
    },
  })
}
