/** Runs imports that are watched, in pages that are done within a second. What it knows between two is in the database. */
import { createTaskProcessingEvents } from '@flexprice/activities/task-processing'
import { createTaskProcessingWithProgressActivities } from '@flexprice/activities/task-processing-with-progress'
import { createCatalogAnswers, createRedis } from '@flexprice/cache'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createFileStore, createWebFiles } from '@flexprice/file-store'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { readVariables, taskProcessingWithProgressWorkerConfig } from './config.ts'

const service = 'worker-task-processing-with-progress'
const config = configOrExit(taskProcessingWithProgressWorkerConfig(), process.argv, readVariables)
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

await runWorker({
  contract: workflows['task-processing-with-progress'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/task-processing-with-progress'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: createTaskProcessingWithProgressActivities({
    scoped: () => database.scoped(currentScope()),
    files,
    web: createWebFiles(config.webFiles),
    events: createTaskProcessingEvents({ logger, metrics }),
    forgetCatalog: createCatalogAnswers(redis).forgetAll,
  }),
  config,
  logger,
  metrics,
  checks: { database: () => database.ping(), files: () => files.ping() },
})
