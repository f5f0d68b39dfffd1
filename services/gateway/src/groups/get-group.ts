import { getGroup } from '@flexprice/contracts/operations'
import { getGroup as findGroup, groupEntitiesMax, listGroupEntities } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { groupResponse } from './group-response.ts'

export function getGroupRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getGroup),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('group', id)
      const row = await findGroup(scoped, id)
      const bounds = { now: await readNow(scoped), perGroupMax: groupEntitiesMax }
      const entities = await listGroupEntities(scoped, [id], bounds)
      return reply.send(groupResponse(row, entities.get(id)))
    },
  })
}
