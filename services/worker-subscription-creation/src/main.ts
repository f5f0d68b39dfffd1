/** Makes subscriptions, the work of their queue alone. What it knows between two pages is in the database and in Temporal. */
import {
  createSubscriptionCreationActivities,
  createSubscriptionCreationEvents,
} from '@flexprice/activities/subscription-creation'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { readVariables, subscriptionCreationWorkerConfig } from './config.ts'

const service = 'worker-subscription-creation'
const config = configOrExit(subscriptionCreationWorkerConfig(), process.argv, readVariables)
const logger = createLogger({ service, level: config.telemetry.logLevel })
await using _telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
const metrics = createMetrics({ service })
await using database = createDatabase({ applicationName: service, ...config.database })

await runWorker({
  contract: workflows['subscription-creation'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/subscription-creation'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: createSubscriptionCreationActivities({
    scoped: () => database.scoped(currentScope()),
    events: createSubscriptionCreationEvents({ logger, metrics }),
  }),
  config,
  logger,
  metrics,
  checks: { database: () => database.ping() },
})
