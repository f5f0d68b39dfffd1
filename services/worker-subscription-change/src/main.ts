/** Changes running subscriptions, the work of their queue alone. What it knows is in the database and in Temporal. */
import {
  createSubscriptionChangeActivities,
  createSubscriptionChangeEvents,
} from '@flexprice/activities/subscription-change'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { readVariables, subscriptionChangeWorkerConfig } from './config.ts'

const service = 'worker-subscription-change'
const config = configOrExit(subscriptionChangeWorkerConfig(), process.argv, readVariables)
const logger = createLogger({ service, level: config.telemetry.logLevel })
await using _telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
const metrics = createMetrics({ service })
await using database = createDatabase({ applicationName: service, ...config.database })

await runWorker({
  contract: workflows['subscription-change'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/subscription-change'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: createSubscriptionChangeActivities({
    scoped: () => database.scoped(currentScope()),
    slicesMax: config.slicesMax,
    events: createSubscriptionChangeEvents({ logger, metrics }),
  }),
  config,
  logger,
  metrics,
  checks: { database: () => database.ping() },
})
