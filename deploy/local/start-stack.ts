import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { applySchedules } from './apply-schedules.ts'
import type { UpArguments } from './arguments.ts'
import { startDatabase } from './database.ts'
import { makeDemo } from './demo.ts'
import { type JaegerPart, startJaeger } from './jaeger.ts'
import { migrate } from './migrate.ts'
import type { Progress } from './progress.ts'
import { startRedis } from './redis.ts'
import { startServices } from './services.ts'
import type { StackFile } from './stack-file.ts'
import type { StackRun } from './stack-run.ts'
import { longPollMs, startTemporal } from './temporal.ts'

/**
 * Starts every part in order and writes each, as soon as it is known, to the stack file.
 *
 * @returns the names of the services that were started
 */
export async function startStack(
  run: StackRun,
  options: UpArguments,
  stackFile: StackFile,
  progress: Progress,
): Promise<readonly string[]> {
  const database = await progress.step('PostgreSQL', (tell) => startDatabase(run, tell))
  stackFile.change({ database_url: database.appUrl, database_owner_url: database.ownerUrl })
  const redis = await progress.step('Redis', (tell) => startRedis(run, tell))
  stackFile.change({ redis_url: redis.url })
  const temporal = await progress.step('Temporal', (tell) => startTemporal(run, { namespaces: [] }, tell))
  const { temporalNamespace } = run.config.given
  stackFile.change({
    temporal_address: temporal.address,
    temporal_namespace: temporalNamespace,
    temporal_ui_url: temporal.uiUrl,
  })
  const jaeger = await progress.step('Jaeger', (tell) => startJaeger(run, options.jaeger, tell))
  stackFile.change({ jaeger_url: jaeger.url, jaeger_page_is_stub: jaeger.isPageStub })
  await progress.step('Migrations', () => migrate(database))
  if (options.onlyServers) {
    stackFile.change({ ready: true })
    return []
  }
  const demo = await progress.step('Demo data', (tell) => makeDemo(run, database, tell))
  stackFile.change({ api_key: demo.apiKey, demo: demo.commands })
  const environment = {
    ...run.config.environment,
    DATABASE_URL: database.appUrl,
    // The services must not hold the owner's rights, not even by chance.
    DATABASE_OWNER_URL: undefined,
    REDIS_URL: redis.url,
    FILE_STORE_URL:
      run.config.environment.FILE_STORE_URL ?? pathToFileURL(path.join(run.config.localDir, 'files')).href,
    TEMPORAL_ADDRESS: temporal.address,
    TEMPORAL_NAMESPACE: temporalNamespace,
    ...(run.config.given.temporalAddress === undefined && { TEMPORAL_LONG_POLL_MS: String(longPollMs) }),
    ...tracingEnvironment(jaeger),
  }
  const services = await progress.step('Services', (tell) => startServices(run, environment, tell))
  await progress.step('Schedules', () =>
    applySchedules({ address: temporal.address, namespace: temporalNamespace }),
  )
  stackFile.change({
    gateway_url: services.gatewayUrl,
    metrics_url: services.metricsUrl,
    worker_urls: services.workerUrls,
    ready: true,
  })
  return services.names
}

function tracingEnvironment(jaeger: JaegerPart): Readonly<Record<string, string | undefined>> {
  if (jaeger.given) return {}
  if (jaeger.otlpEndpoint === undefined) return { TRACES_EXPORTER: 'none' }
  return { TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.otlpEndpoint }
}
