/**
 * The HTTP API: validates, writes single records, starts workflows and reads results. It holds no state that another
 * gateway would need, and must never do work that a caller cannot wait for: that is a worker's.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { createRedis } from '@flexprice/cache'
import { configOrExit } from '@flexprice/configuration'
import { createDatabase } from '@flexprice/database/connection'
import { createFileStore } from '@flexprice/file-store'
import {
  createLogger,
  createMetrics,
  createMetricsServer,
  type PageServer,
  startTelemetry,
} from '@flexprice/observability'
import { createTemporal } from '@flexprice/temporal-client'
import { createApp } from './app.ts'
import { gatewayConfig, readVariables } from './config.ts'
import { createKeyCache } from './key-cache.ts'
import './request-decoration.ts'

const service = 'gateway'
const config = configOrExit(gatewayConfig(), process.argv, readVariables)
const logger = createLogger({ service, level: config.telemetry.logLevel })
const telemetry = await startTelemetry({
  service,
  ...config.telemetry,
  onError: (err) => logger.warn({ err, 'event.action': 'span-export-failed' }, 'Spans could not be sent'),
})
const metrics = createMetrics({ service })
const database = createDatabase({ applicationName: service, ...config.database })
const temporal = createTemporal(config.temporal)
const redis = createRedis(config.redis, { metrics, logger })
const keys = createKeyCache(redis)
const files = createFileStore(config.files)
let ready = true
let metricsServer: PageServer | undefined
const app = await createApp({ database, temporal, redis, keys, files, logger, metrics }, config, {
  isReady: () => ready,
})

for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(signal))

try {
  metricsServer = await createMetricsServer({
    host: config.host,
    port: config.metricsPort,
    metrics: metrics.render,
    onFailure: (_, err) => logger.warn({ err, 'event.action': 'metrics-failed' }, 'No metrics can be read'),
  })
  await app.listen({ host: config.host, port: config.port })
  logger.info(
    { 'event.action': 'started', 'server.port': config.port, 'labels.metrics_port': metricsServer.port },
    'The gateway listens',
  )
} catch (err) {
  logger.fatal(
    { err, 'event.action': 'start-failed' },
    `Port ${config.port} or ${config.metricsPort} cannot be listened on`,
  )
  process.exitCode = 1
  await close()
}

/** Not ready; once that is known take no more, finish what is under way within the grace time, flush, end. */
async function stop(signal: string): Promise<void> {
  ready = false
  logger.info({ 'event.action': 'stopping', 'labels.signal': signal }, 'The gateway stops')
  await sleep(config.drainMs)
  const timer = setTimeout(() => {
    logger.error(
      { 'event.action': 'stop-timed-out' },
      'Requests were still under way at the end of the grace time',
    )
    process.exit(1)
  }, config.shutdownGraceMs)
  await close()
  clearTimeout(timer)
  process.exit(0)
}

async function close(): Promise<void> {
  await app.close()
  await metricsServer?.close()
  await temporal[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
  await telemetry.shutdown()
}
