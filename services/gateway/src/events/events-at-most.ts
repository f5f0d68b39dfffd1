import { eventsBulkMax } from '@flexprice/contracts/events'
import type { FastifyRequest } from 'fastify'

/** How many events the body of a bulk may hold, by its length alone: before a byte of it is read. */
export function eventsAtMost({ headers }: Pick<FastifyRequest, 'headers'>): number {
  if (headers['transfer-encoding'] !== undefined) return eventsBulkMax
  const most = Math.floor(Number(headers['content-length'] ?? 0) / eventBytesMin)
  return Math.min(Math.max(most, 1), eventsBulkMax)
}

/** The shortest event that there can be, with its comma. Shorter ones are none, and counted when they are known. */
const eventBytesMin = 36
