/** Runs calculations of charges, the work of their queue alone. What it knows between two pages is in the database. */
import {
  createCalculateChargesActivities,
  createCalculateChargesEvents,
} from '@flexprice/activities/calculate-charges'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { calculateChargesWorkerConfig, readVariables } from './config.ts'
import { letHeapGrow } from './heap-growth.ts'

const service = 'worker-calculate-charges'
const config = configOrExit(calculateChargesWorkerConfig(), process.argv, readVariables)
letHeapGrow()
const logger = createLogger({ service, level: config.telemetry.logLevel })
await using _telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
const metrics = createMetrics({ service })
await using database = createDatabase({ applicationName: service, ...config.database })

await runWorker({
  contract: workflows['calculate-charges'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/calculate-charges'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: createCalculateChargesActivities({
    scoped: () => database.scoped(currentScope()),
    slicesMax: config.slicesMax,
    events: createCalculateChargesEvents({ logger, metrics }),
  }),
  config,
  logger,
  metrics,
  checks: { database: () => database.ping() },
})
