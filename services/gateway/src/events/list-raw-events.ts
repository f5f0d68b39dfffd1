import type { GetEventsRequest, GetEventsResponse } from '@flexprice/contracts/events'
import { listRawEvents } from '@flexprice/contracts/operations'
import {
  type EventKey,
  type EventPage,
  type EventQuery,
  postgresEventStore,
} from '@flexprice/database/events'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { eventResponse, keyOf, keyText } from './event-response.ts'

export function listRawEventsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(listRawEvents),
    async handler(request, reply) {
      const query = queryOf(request.body)
      const page = await postgresEventStore.read(callerDatabase(database, request), query)
      return reply.send(answerOf(page, query))
    },
  })
}

/** An empty text is no filter, as SDKs send it. */
function queryOf(body: GetEventsRequest): EventQuery {
  const [after, before] = [keyOf(body.iter_last_key), keyOf(body.iter_first_key)]
  if (after !== undefined && before !== undefined) {
    throw invalid([{ path: 'iter_first_key', message: 'give either iter_first_key or iter_last_key' }])
  }
  return {
    externalCustomerId: body.external_customer_id || undefined,
    eventName: body.event_name || undefined,
    eventId: body.event_id || undefined,
    source: body.source || undefined,
    start: body.start_time,
    end: body.end_time,
    properties: isEmpty(body.property_filters) ? undefined : body.property_filters,
    order: body.order === 'asc' ? 'asc' : 'desc',
    pageSize: body.page_size,
    offset: body.offset,
    after,
    before,
  }
}

function isEmpty(filters: GetEventsRequest['property_filters']): boolean {
  return Object.keys(filters ?? {}).length === 0
}

function answerOf(page: EventPage, { offset, after, before }: EventQuery): GetEventsResponse {
  const [first] = page.rows
  const fromTheBeginning = after === undefined && before === undefined
  const countIsKnown = fromTheBeginning && !page.hasMore && (page.rows.length > 0 || offset === 0)
  return {
    events: page.rows.map(eventResponse),
    has_more: page.hasMore,
    offset,
    ...(first === undefined ? {} : { iter_first_key: keyText(toKey(first)) }),
    ...(page.last === undefined ? {} : { iter_last_key: keyText(page.last) }),
    ...(countIsKnown ? { total_count: offset + page.rows.length } : {}),
  }
}

function toKey(row: EventPage['rows'][number]): EventKey {
  return { timestamp: row.timestamp, eventId: row.event_id }
}
