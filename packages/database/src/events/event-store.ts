import type { UsageAnswer, UsageQuestion } from '@flexprice/domain/usage'
import type { Scoped } from '../connection/connection.ts'
import type { EventProperties } from '../tables/event-tables.ts'
import { aggregateUsage } from './aggregate-usage.ts'
import { appendEvents } from './append-events.ts'
import { type EventPage, type EventQuery, readEvents } from './read-events.ts'

/**
 * Where usage events live, as narrow as it is used: whoever brings another store (ClickHouse, see
 * `docs/decisions/0015-event-store.md`) writes these functions, and nothing else changes.
 */
export interface EventStore {
  append(scoped: Scoped, events: readonly NewEvent[]): Promise<AppendedEvents>
  aggregate(scoped: Scoped, questions: readonly UsageQuestion[]): Promise<UsageAnswer[]>
  read(scoped: Scoped, query: EventQuery): Promise<EventPage>
}

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

/** What became of a batch, by the events' positions in it, ascending. The rest was written. */
export interface AppendedEvents {
  /** Their ids were there already, or came twice in the batch. */
  readonly duplicates: readonly number[]
  /** More than a day ahead of the environment's clock (billing rules, section 4); nothing was written of them. */
  readonly tooFarAhead: readonly number[]
}

export const postgresEventStore: EventStore = {
  append: appendEvents,
  aggregate: aggregateUsage,
  read: readEvents,
}
