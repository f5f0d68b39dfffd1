/** Bills what is due, the work of its queue alone. What it knows between two pages is in the database and in Temporal. */
import { createCronBillingActivities, createCronBillingEvents } from '@flexprice/activities/cron-billing'
import { configOrExit } from '@flexprice/configuration'
import { workflows } from '@flexprice/contracts/workflows'
import { createDatabase } from '@flexprice/database/connection'
import { createLogger, createMetrics, startTelemetry } from '@flexprice/observability'
import { createTemporal } from '@flexprice/temporal-client'
import { currentScope, runWorker } from '@flexprice/temporal-worker'
import { cronBillingWorkerConfig, readVariables } from './config.ts'

const service = 'worker-cron-billing'
const config = configOrExit(cronBillingWorkerConfig(), process.argv, readVariables)
const logger = createLogger({ service, level: config.telemetry.logLevel })
await using _telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
const metrics = createMetrics({ service })
await using temporal = createTemporal(config.temporal)
await using database = createDatabase({ applicationName: service, ...config.database })

await runWorker({
  contract: workflows['cron-billing'],
  bundle: {
    workflows: import.meta.resolve('@flexprice/workflows/cron-billing'),
    interceptors: import.meta.resolve('@flexprice/workflows/interceptors'),
  },
  activities: createCronBillingActivities({
    scoped: () => database.scoped(currentScope()),
    listDueEnvironments: (page) => database.listDueEnvironments(page),
    async startBilling(scope) {
      await temporal.startWorkflow(workflows['cron-billing'], { kind: 'due' }, scope)
    },
    slicesMax: config.slicesMax,
    events: createCronBillingEvents({ logger, metrics }),
  }),
  // The schedule's tick has no tenant: it learns which environments have due work, and nothing of them.
  withoutScope: ['startDueBilling'],
  config,
  logger,
  metrics,
  checks: { database: () => database.ping() },
})
