import { postgresEventStore } from '@flexprice/database/events'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import type { LongWork } from '../long-work.ts'
import { eventLimit } from '../plugins/authenticate.ts'
import type { Api } from '../route.ts'
import { createEventIntake } from './event-intake.ts'
import { ingestEventRoute } from './ingest-event.ts'
import { ingestEventsBulkRoute } from './ingest-events-bulk.ts'

/** The two doors for events share one intake: what comes through both at the same time is one batch. */
export function ingestRoutes(
  api: Api,
  { database, redis, longWork }: Pick<Dependencies, 'database' | 'redis'> & { longWork: LongWork },
  config: Pick<AppConfig, 'eventLimitPerSecond'>,
): void {
  const intake = createEventIntake({ database, store: postgresEventStore })
  ingestEventRoute(api, intake)
  ingestEventsBulkRoute(api, { intake, perKey: eventLimit(redis, config), longWork })
}
