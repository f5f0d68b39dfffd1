import type { UsageAnswer, UsageQuestion } from '@flexprice/domain/usage'
import type { Scoped } from '../connection/connection.ts'
import { aggregateUsage } from './aggregate-usage.ts'
import { type AppendedEvents, appendCopiedEvents, appendEvents, copyEvents } from './append-events.ts'
import type { CopiedEvents } from './copied-events.ts'
import type { NewEvent } from './new-event.ts'
import { type EventPage, type EventQuery, readEvents } from './read-events.ts'

/**
 * Where usage events live, as narrow as it is used: whoever brings another store (ClickHouse, see
 * `docs/decisions/0015-event-store.md`) writes these functions, and nothing else changes.
 */
export interface EventStore {
  append(
    scoped: Scoped,
    events: readonly NewEvent[],
    expected?: { readonly areKnown?: boolean },
  ): Promise<AppendedEvents>
  /** Before `appendCopied`, in its transaction. */
  copy(scoped: Scoped, events: CopiedEvents): Promise<void>
  appendCopied(scoped: Scoped, events: CopiedEvents, meanwhile: () => void): Promise<AppendedEvents>
  aggregate(scoped: Scoped, questions: readonly UsageQuestion[]): Promise<UsageAnswer[]>
  read(scoped: Scoped, query: EventQuery): Promise<EventPage>
}

export const postgresEventStore: EventStore = {
  append: appendEvents,
  copy: copyEvents,
  appendCopied: appendCopiedEvents,
  aggregate: aggregateUsage,
  read: readEvents,
}
