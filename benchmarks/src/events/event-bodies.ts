import { randomUUID } from 'node:crypto'

const customers = 10_000
const names = 5

/** Events as clients send them: ids of chance, instants in order over the last hours, three properties. */
export function eventBodies(count: number): object[] {
  const start = Date.now() - count
  return Array.from({ length: count }, (_, index) => ({
    event_id: randomUUID(),
    event_name: `api_call_${index % names}`,
    external_customer_id: `customer-${(index * 7_919) % customers}`,
    timestamp: new Date(start + index).toISOString(),
    properties: { tokens: String((index * 31) % 100_000), model: `m${index % 7}`, region: 'eu' },
  }))
}

/** In requests of so many. */
export function bulkBodies(count: number, perRequest: number): string[] {
  const events = eventBodies(count)
  return Array.from({ length: Math.ceil(count / perRequest) }, (_, index) =>
    JSON.stringify({ events: events.slice(index * perRequest, (index + 1) * perRequest) }),
  )
}

export function singleBodies(count: number): string[] {
  return eventBodies(count).map((event) => JSON.stringify(event))
}
