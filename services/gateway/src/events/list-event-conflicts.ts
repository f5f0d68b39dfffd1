import { listEventConflicts } from '@flexprice/contracts/operations'
import { type EventConflictRow, listEventConflicts as readConflicts } from '@flexprice/database/events'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { type Api, routeOf } from '../route.ts'
import { keyOf, keyText, propertiesOf } from './event-response.ts'

export function listEventConflictsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listEventConflicts),
    async handler(request, reply) {
      const { query } = request
      const after = keyOf(query.cursor)
      const { rows, hasMore } = await readConflicts(callerDatabase(database, request), {
        ...{ externalCustomerId: query.external_customer_id, eventName: query.event_name },
        ...{ eventId: query.event_id, start: query.start_time, end: query.end_time },
        after: after && { timestamp: after.timestamp, conflictKey: after.eventId },
        pageSize: query.limit,
      })
      const last = rows.at(-1)
      const key = last && { timestamp: last.timestamp, eventId: last.conflict_key }
      return reply.send({
        items: rows.map(conflictResponse),
        has_more: hasMore,
        ...(hasMore && key ? { next_cursor: cursorAfter(request, keyText(key)) } : {}),
      })
    },
  })
}

function conflictResponse(row: EventConflictRow) {
  return {
    event_id: row.event_id,
    differs: [...row.differs],
    kept: {
      event_name: row.event_name,
      external_customer_id: row.external_customer_id,
      customer_id: row.customer_id ?? undefined,
      source: row.source ?? undefined,
      timestamp: row.timestamp.toISOString(),
      properties: row.properties === null ? undefined : propertiesOf(row.properties),
      ingested_at: row.ingested_at ?? undefined,
    },
    sent: {
      event_name: row.sent_event_name,
      external_customer_id: row.sent_external_customer_id,
      customer_id: row.sent_customer_id ?? undefined,
      source: row.sent_source ?? undefined,
      timestamp: row.sent_timestamp?.toISOString(),
      properties: propertiesOf(row.sent_properties),
    },
    times: row.times,
    first_sent_at: row.first_sent_at,
    last_sent_at: row.last_sent_at,
  }
}
