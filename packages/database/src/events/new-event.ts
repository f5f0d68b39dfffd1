import type { EventProperties } from '../tables/event-tables.ts'

export interface NewEvent {
  /** Unique in its environment for ever: the first one counts. */
  readonly eventId: string
  readonly eventName: string
  readonly externalCustomerId: string
  readonly customerId: string | null
  /** An RFC 3339 instant; null for the environment's now. */
  readonly timestamp: string | null
  readonly source: string | null
  readonly properties: EventProperties
}
