import type { EventResponse } from '@flexprice/contracts/events'
import { needsExactJson, parseExactJson } from '@flexprice/contracts/wire'
import type { EventKey, EventRow } from '@flexprice/database/events'
import { assert } from '@flexprice/domain'

export function eventResponse(row: EventRow): EventResponse {
  return {
    id: row.event_id,
    environment_id: row.environment_id,
    event_name: row.event_name,
    external_customer_id: row.external_customer_id,
    customer_id: row.customer_id ?? undefined,
    source: row.source ?? undefined,
    timestamp: row.timestamp.toISOString(),
    ingested_at: row.ingested_at,
    properties: propertiesOf(row.properties),
  }
}

/** Where a page begins or ends, as callers hand it back. */
export function keyText({ timestamp, eventId }: EventKey): string {
  return `${timestamp.getTime()}::${eventId}`
}

/** The key that a caller handed back, of the schema's form; an empty one is none. */
export function keyOf(text: string | undefined): EventKey | undefined {
  if (text === undefined || text === '') return undefined
  const end = text.indexOf('::')
  return { timestamp: new Date(Number(text.slice(0, end))), eventId: text.slice(end + 2) }
}

/** @param properties JSON text, whose numbers keep their digits */
export function propertiesOf(properties: string): Record<string, unknown> {
  const value: unknown = needsExactJson(properties) ? parseExactJson(properties) : JSON.parse(properties)
  assert(typeof value === 'object' && value !== null, 'properties are an object')
  return Object.fromEntries(Object.entries(value))
}
