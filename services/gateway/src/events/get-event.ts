import { getEvent } from '@flexprice/contracts/operations'
import { listUnattributedEvents, postgresEventStore } from '@flexprice/database/events'
import { notFound } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { eventResponse } from './event-response.ts'

/** `failed` is the contract's word for an event that counts nowhere as yet. */
export function getEventRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getEvent),
    async handler(request, reply) {
      const { id, external_customer_id: externalCustomerId, start_time: start, end_time: end } = request.query
      const scoped = callerDatabase(database, request)
      const one = { eventId: id, externalCustomerId, start, end, pageSize: 1 }
      const { rows } = await postgresEventStore.read(scoped, { ...one, order: 'desc', offset: 0 })
      const [row] = rows
      if (row === undefined) throw notFound('Event', id)
      const unattributed = await listUnattributedEvents(scoped, one)
      const event = eventResponse(row)
      const status = unattributed.rows.length > 0 ? 'failed' : 'processed'
      return reply.send({ event, events: [event], status })
    },
  })
}
