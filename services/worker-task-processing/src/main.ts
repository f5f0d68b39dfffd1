/** Runs imports that nobody watches, in pages for speed. What it knows between two pages is in the database. */
import {
  createTaskProcessingActivities,
  createTaskProcessingEvents,
} from '@flexprice/activities/task-processing'
import { createCatalogAnswers, createRedis } from '@flexprice/cache'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createFileStore, createWebFiles } from '@flexprice/file-store'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { readVariables, taskProcessingWorkerConfig } from './config.ts'

const service = 'worker-task-processing'
const config = configOrExit(taskProcessingWorkerConfig(), process.argv, readVariables)
const logger = createLogger({ service, level: config.telemetry.logLevel })
await using _telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
const metrics = createMetrics({ service })
await using database = createDatabase({ applicationName: service, ...config.database })
const files = createFileStore(config.files)
await using redis = createRedis(config.redis, { metrics, logger })
/** Of one transaction, as many as the event store copies at once. */
const rowsPerPageMax = 20_000

await runWorker({
  contract: workflows['task-processing'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/task-processing'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: createTaskProcessingActivities({
    scoped: () => database.scoped(currentScope()),
    files,
    web: createWebFiles(config.webFiles),
    events: createTaskProcessingEvents({ logger, metrics }),
    forgetCatalog: createCatalogAnswers(redis).forgetAll,
    rowsPerPageMax,
  }),
  config,
  logger,
  metrics,
  checks: { database: () => database.ping(), files: () => files.ping() },
})
