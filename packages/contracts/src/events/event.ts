import { z } from 'zod'
import { instant } from '../wire/instant.ts'
import { laterObject } from '../wire/not-built.ts'
import { queryInteger } from '../wire/query-integer.ts'
import { cursor } from '../wire/search.ts'
import { identifier, text } from '../wire/text.ts'

export const eventsBulkMax = 1_000
/** Of one event's properties as JSON. */
export const eventPropertiesBytesMax = 64 * 1024
const textLengthMax = 255
const sortLengthMax = 50
const cursorLengthMax = 512
const filtersMax = 50
const filterValuesMax = 100
const filterValueLengthMax = 2_000
const pageSizeMax = 1_000
const pageSizeDefault = 50
const offsetMax = 10_000

/**
 * Text that PostgreSQL can hold, as a pattern: the hot routes validate by what a JSON Schema can say, and know
 * a refused pattern by this one.
 */
const storable = z
  .string()
  .max(textLengthMax)
  .regex(/^[^\0\p{Cs}]*$/u)

/**
 * Values are kept as they are sent: the contract's are texts, and numbers keep their digits. An empty id is made
 * by us, an empty or missing timestamp is the environment's now.
 */
export const ingestEventRequest = z.strictObject({
  event_name: storable.min(1),
  external_customer_id: storable.min(1),
  event_id: storable.optional(),
  customer_id: storable.optional(),
  source: storable.optional(),
  timestamp: z.string().optional(),
  properties: z.record(z.string(), z.union([z.string(), z.unknown()])).optional(),
})

/** Each event is looked at by itself: a bad one does not stop the rest. */
export const bulkIngestEventRequest = z.strictObject({
  events: z.array(ingestEventRequest).min(1).max(eventsBulkMax),
})

/**
 * The contract says a map of texts, and strict clients read no other value. One that was there already is a `duplicate`, and
 * with another content a `conflict`, too. In bulk: how many were new and `accepted`, were `duplicates` (`conflicts` of
 * them) or `rejected`, and for each bad field its path and what is wrong: `events[3].timestamp`.
 */
export const eventsAccepted = z.record(z.string(), z.string())

export const eventResponse = z
  .object({
    id: z.string(),
    environment_id: z.string(),
    event_name: z.string(),
    external_customer_id: z.string(),
    customer_id: z.string().optional(),
    source: z.string().optional(),
    timestamp: z.string(),
    ingested_at: instant,
    properties: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Event' })
export type EventResponse = z.output<typeof eventResponse>

const filterValues = z.array(text(filterValueLengthMax)).min(1).max(filterValuesMax)
/** `<milliseconds>::<event id>`, as an answer said it. */
const eventKey = z
  .string()
  .max(cursorLengthMax)
  .regex(/^(\d{1,15}::[^\0\p{Cs}]+)?$/u, 'is not the key of an answer')

export const getEventsRequest = z.strictObject({
  external_customer_id: text(textLengthMax).optional(),
  event_name: text(textLengthMax).optional(),
  event_id: text(textLengthMax).optional(),
  source: text(textLengthMax).optional(),
  start_time: instant.optional(),
  end_time: instant.optional(),
  property_filters: z
    .record(identifier, filterValues)
    .refine((filters) => Object.keys(filters).length <= filtersMax, `has more than ${filtersMax} properties`)
    .optional(),
  // Newer than this key, in the default order; with `iter_last_key` the page after it.
  iter_first_key: eventKey.optional(),
  iter_last_key: eventKey.optional(),
  page_size: z.int().min(1).max(pageSizeMax).default(pageSizeDefault),
  offset: z.int().min(0).max(offsetMax).default(0),
  sort: text(sortLengthMax)
    .refine((field) => field === '' || field === 'timestamp', 'must be timestamp')
    .optional(),
  order: z
    .string()
    .refine((order) => order === '' || order === 'asc' || order === 'desc', 'must be asc or desc')
    .optional(),
})
export type GetEventsRequest = z.output<typeof getEventsRequest>

export const getEventsResponse = z
  .object({
    events: z.array(eventResponse),
    has_more: z.boolean(),
    iter_first_key: z.string().optional(),
    iter_last_key: z.string().optional(),
    offset: z.int(),
    // Where it is known without counting: on the last page from the beginning.
    total_count: z.int().optional(),
  })
  .meta({ id: 'GetEventsResponse' })
export type GetEventsResponse = z.output<typeof getEventsResponse>

export const lookUpEventQuery = z.strictObject({
  id: identifier,
  external_customer_id: identifier,
  start_time: instant.optional(),
  end_time: instant.optional(),
})

export const getEventByIdResponse = z
  .object({
    event: eventResponse,
    events: z.array(eventResponse),
    status: z.enum(['processed', 'processing', 'failed']),
    processed_events: z.array(laterObject('FeatureUsageInfo')).optional(),
    debug_tracker: laterObject('DebugTracker').optional(),
  })
  .meta({ id: 'GetEventByIDResponse' })

/** A page by time, oldest first, of events that need somebody's attention. */
export const eventListQuery = z.strictObject({
  start_time: instant.optional(),
  end_time: instant.optional(),
  external_customer_id: identifier.optional(),
  cursor: cursor.optional(),
  limit: queryInteger(1, pageSizeMax).default(pageSizeDefault),
})

export const eventConflictsQuery = eventListQuery.extend({
  event_name: identifier.optional(),
  event_id: identifier.optional(),
})

const eventList = { has_more: z.boolean(), next_cursor: z.string().optional() }

export const unattributedEventsResponse = z
  .object({
    items: z.array(
      eventResponse.extend({
        reason: z
          .enum(['unknown_customer', 'no_line', 'paused', 'period_closed', 'meter_without_line'])
          .describe('why the event counts nowhere as yet, or not in all meters of the plan'),
        /** With `meter_without_line`: those of which the customer has no line. */
        meter_ids: z.array(z.string()).optional(),
      }),
    ),
    ...eventList,
  })
  .meta({ id: 'UnattributedEventsResponse' })

export const lateEventsResponse = z
  .object({
    items: z.array(
      eventResponse.extend({
        invoice_id: z.string(),
        invoice_number: z.string().optional(),
        subscription_id: z.string(),
      }),
    ),
    ...eventList,
  })
  .meta({ id: 'LateEventsResponse' })

/** What an event says, as far as its sender decides it. */
const eventContent = {
  event_name: z.string(),
  external_customer_id: z.string(),
  customer_id: z.string().optional(),
  source: z.string().optional(),
}

export const eventConflictsResponse = z
  .object({
    items: z.array(
      z.object({
        event_id: z.string(),
        differs: z.array(z.string()).describe('the fields that are not those of the event that counts'),
        kept: z
          .object({
            ...eventContent,
            timestamp: z.string(),
            properties: z.record(z.string(), z.unknown()).optional(),
            ingested_at: instant.optional(),
          })
          .describe('the event that counts; of one that was voided what its id is still known by'),
        sent: z
          .object({
            ...eventContent,
            timestamp: z.string().optional(),
            properties: z.record(z.string(), z.unknown()),
          })
          .describe('what came later under the same id, and does not count'),
        times: z.int().describe('how often this content came'),
        first_sent_at: instant,
        last_sent_at: instant,
      }),
    ),
    ...eventList,
  })
  .meta({ id: 'EventConflictsResponse' })
