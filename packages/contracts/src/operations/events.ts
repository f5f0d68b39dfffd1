import { z } from 'zod'
import {
  bulkIngestEventRequest,
  eventConflictsQuery,
  eventConflictsResponse,
  eventListQuery,
  eventsAccepted,
  getEventByIdResponse,
  getEventsRequest,
  getEventsResponse,
  ingestEventRequest,
  lateEventsResponse,
  lookUpEventQuery,
  unattributedEventsResponse,
} from '../events/event.ts'
import { operation } from '../wire/operation.ts'
import { identifier } from '../wire/text.ts'

const tag = 'Events'

export const ingestEvent = operation({
  operationId: 'ingestEvent',
  method: 'POST',
  path: '/events',
  tag,
  summary: 'Take in a usage event; 202 once it is durable. The same event_id counts once',
  schema: { body: ingestEventRequest, response: { 202: eventsAccepted } },
  limit: 'events',
})

export const ingestEventsBulk = operation({
  operationId: 'ingestEventsBulk',
  method: 'POST',
  path: '/events/bulk',
  body: 'large',
  tag,
  summary: 'Take in up to 1,000 usage events; bad ones are named by their position and do not stop the rest',
  schema: { body: bulkIngestEventRequest, response: { 202: eventsAccepted } },
  limit: 'events',
})

export const listRawEvents = operation({
  operationId: 'listRawEvents',
  method: 'POST',
  path: '/events/query',
  tag,
  summary: 'Events as they were sent, newest first unless told; pages by the keys of the answer',
  schema: { body: getEventsRequest.prefault({}), response: { 200: getEventsResponse } },
})

export const getEvent = operation({
  operationId: 'getEvent',
  method: 'GET',
  path: '/events/lookup',
  tag,
  summary: 'One event by its id',
  schema: { querystring: lookUpEventQuery, response: { 200: getEventByIdResponse } },
})

export const listUnattributedEvents = operation({
  operationId: 'listUnattributedEvents',
  method: 'GET',
  path: '/events/unattributed',
  tag,
  summary: 'Events that count nowhere: their customer is unknown, or no line of a subscription meters them',
  schema: { querystring: eventListQuery, response: { 200: unattributedEventsResponse } },
})

export const listLateEvents = operation({
  operationId: 'listLateEvents',
  method: 'GET',
  path: '/events/late',
  tag,
  summary: 'Events that came after the invoice of their period was finalized, each with that invoice',
  schema: { querystring: eventListQuery, response: { 200: lateEventsResponse } },
})

export const listEventConflicts = operation({
  operationId: 'listEventConflicts',
  method: 'GET',
  path: '/events/conflicts',
  tag,
  summary: 'Events that came under an event_id which another content had taken, beside the event that counts',
  schema: { querystring: eventConflictsQuery, response: { 200: eventConflictsResponse } },
})

export const voidEvent = operation({
  operationId: 'voidEvent',
  method: 'DELETE',
  path: '/events/{event_id}',
  tag,
  summary: 'Take back an event that is on no finalized invoice; its id stays used',
  schema: { params: z.strictObject({ event_id: identifier }), response: { 204: z.undefined() } },
})
