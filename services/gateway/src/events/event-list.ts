import type { EventListQuery, EventPage, EventRow } from '@flexprice/database/events'
import type { FastifyRequest } from 'fastify'
import { cursorAfter } from '../plugins/page-cursors.ts'
import { keyOf, keyText } from './event-response.ts'

interface ListRequest {
  readonly start_time?: Date | undefined
  readonly end_time?: Date | undefined
  readonly external_customer_id?: string | undefined
  readonly cursor?: string | undefined
  readonly limit: number
}

export function eventListQuery(query: ListRequest): EventListQuery {
  return {
    start: query.start_time,
    end: query.end_time,
    externalCustomerId: query.external_customer_id,
    after: keyOf(query.cursor),
    pageSize: query.limit,
  }
}

/** A page may have few items, or none, and yet another behind it: so many events are looked at for one. */
export function eventListResponse<Row extends EventRow, Item>(
  { rows, hasMore, last }: EventPage<Row>,
  request: FastifyRequest,
  toItem: (row: Row) => Item,
) {
  return {
    items: rows.map(toItem),
    has_more: hasMore,
    ...(hasMore && last !== undefined ? { next_cursor: cursorAfter(request, keyText(last)) } : {}),
  }
}
