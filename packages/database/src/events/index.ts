/** The event store: usage events taken in, read, and aggregated in one way for whoever asks. */
export { aggregateUsage, usagePartsMax } from './aggregate-usage.ts'
export { type AppendedEvents, eventsAppendMax, type NewEvent } from './append-events.ts'
export { type DropEvents, type DroppedEvents, dropEventMonths } from './drop-event-months.ts'
export {
  type EventListQuery,
  type LateEventRow,
  listLateEvents,
  listUnattributedEvents,
  type UnattributedEventRow,
} from './event-attribution.ts'
export { type EventStore, postgresEventStore } from './event-store.ts'
export { type ConflictQuery, type EventConflictRow, listEventConflicts } from './list-conflicts.ts'
export type { EventKey, EventPage, EventQuery, EventRow } from './read-events.ts'
export { takeBackEvents } from './take-back-events.ts'
export { usageFrames } from './usage-frames.ts'
export { voidEvent } from './void-event.ts'
