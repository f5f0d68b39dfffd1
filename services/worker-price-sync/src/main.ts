/** Runs price syncs, the work of their queue alone. What it knows between two pages is in the database and in Temporal. */
import { createPriceSyncActivities, createPriceSyncEvents } from '@flexprice/activities/price-sync'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { priceSyncWorkerConfig, readVariables } from './config.ts'

const service = 'worker-price-sync'
const config = configOrExit(priceSyncWorkerConfig(), process.argv, readVariables)
const logger = createLogger({ service, level: config.telemetry.logLevel })
await using _telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
const metrics = createMetrics({ service })
await using database = createDatabase({ applicationName: service, ...config.database })

await runWorker({
  contract: workflows['price-sync'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/price-sync'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: createPriceSyncActivities({
    scoped: () => database.scoped(currentScope()),
    slicesMax: config.slicesMax,
    events: createPriceSyncEvents({ logger, metrics }),
  }),
  config,
  logger,
  metrics,
  checks: { database: () => database.ping() },
})
