/** Usage events. */
export {
  type EventResponse,
  eventPropertiesBytesMax,
  eventsBulkMax,
  type GetEventsRequest,
  type GetEventsResponse,
  ingestEventRequest,
} from './event.ts'
