/** Usage events. */
export {
  type EventResponse,
  eventPropertiesBytesMax,
  eventsBulkMax,
  type GetEventsRequest,
  type GetEventsResponse,
  ingestEventRequest,
} from './event.ts'
export {
  contradicting,
  isParsed,
  type ParsedEvent,
  parseEvent,
  tooFarAhead,
  type UnknownFields,
} from './parse-event.ts'
