export { aggregateUsage, usagePartsMax } from './aggregate-usage.ts'
export { eventsAppendMax } from './append-events.ts'
export { type DropEvents, type DroppedEvents, dropEventMonths } from './drop-event-months.ts'
export {
  type EventListQuery,
  type LateEventRow,
  listLateEvents,
  listUnattributedEvents,
  type UnattributedEventRow,
} from './event-attribution.ts'
export { type AppendedEvents, type EventStore, type NewEvent, postgresEventStore } from './event-store.ts'
export type { EventKey, EventPage, EventQuery, EventRow } from './read-events.ts'
export { usageFrames } from './usage-frames.ts'
export { voidEvent } from './void-event.ts'
