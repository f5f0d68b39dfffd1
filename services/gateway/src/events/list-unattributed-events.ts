import { listUnattributedEvents } from '@flexprice/contracts/operations'
import { listUnattributedEvents as readUnattributed } from '@flexprice/database/events'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { eventListQuery, eventListResponse } from './event-list.ts'
import { eventResponse } from './event-response.ts'

export function listUnattributedEventsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listUnattributedEvents),
    async handler(request, reply) {
      const page = await readUnattributed(callerDatabase(database, request), eventListQuery(request.query))
      return reply.send(
        eventListResponse(page, request, (row) => ({
          ...eventResponse(row),
          reason: row.reason,
          ...(row.meter_ids && { meter_ids: [...row.meter_ids] }),
        })),
      )
    },
  })
}
