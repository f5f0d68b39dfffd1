import { listLateEvents } from '@flexprice/contracts/operations'
import { listLateEvents as readLate } from '@flexprice/database/events'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { eventListQuery, eventListResponse } from './event-list.ts'
import { eventResponse } from './event-response.ts'

export function listLateEventsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listLateEvents),
    async handler(request, reply) {
      const page = await readLate(callerDatabase(database, request), eventListQuery(request.query))
      return reply.send(
        eventListResponse(page, request, (row) => ({
          ...eventResponse(row),
          invoice_id: row.invoice_id,
          invoice_number: row.invoice_number ?? undefined,
          subscription_id: row.subscription_id,
        })),
      )
    },
  })
}
