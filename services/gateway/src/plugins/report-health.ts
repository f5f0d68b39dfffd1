import { setTimeout as sleep } from 'node:timers/promises'
import { type HealthReport, runHealthChecks } from '@flexprice/observability'
import type { FastifyInstance } from 'fastify'
import type { Dependencies } from '../dependencies.ts'

/**
 * `/health/live`, `/health`: the process answers. `/health/ready`: it is not being stopped, and each dependency,
 * by its name and with its latency, can be used; else 503. `degraded`, with 200: all but Redis, or all but a Temporal
 * that was there before. Events and reads go on without it, and it is away from every gateway at once: a load balancer
 * that took them all out of service for it would refuse everything. Before it was reached once the gateway is not ready,
 * so that a wrong address does not roll out.
 */
export function reportHealth(
  app: FastifyInstance,
  { database, temporal, redis, logger }: Pick<Dependencies, 'database' | 'temporal' | 'redis' | 'logger'>,
  isReady: () => boolean,
): void {
  const checks = {
    database: () => database.ping(),
    temporal: () => temporal.ping(),
    ...(redis.configured ? { redis: () => redis.ping() } : {}),
  }
  const onFailure = (name: string, err: unknown) =>
    logger.warn({ err, 'event.action': 'health-check-failed', 'labels.check': name }, 'A dependency is away')
  let temporalWasThere = false
  const check = sharedReports(() => runHealthChecks(checks, checkTimeoutMs, onFailure))
  // The first one is where FlexPrice's probes look.
  for (const path of ['/health', '/health/live']) {
    app.get(path, { schema: { hide: true } }, async () => ({ status: 'ok' }))
  }
  app.get('/health/ready', { schema: { hide: true } }, async (_request, reply) => {
    const report = await check()
    // Everything works without Redis, if slower.
    const { redis: _, temporal: workflows, ...needed } = report.checks
    temporalWasThere ||= workflows?.status === 'ok'
    const ready =
      isReady() && temporalWasThere && Object.values(needed).every(({ status }) => status === 'ok')
    const status = ready ? (report.healthy ? 'ok' : 'degraded') : 'not_ready'
    return reply.code(ready ? 200 : 503).send({ status, checks: report.checks })
  })
}

const checkTimeoutMs = 2_000

/**
 * Probes that come while the checks run share their report: a check that hangs cannot pile up. Where the checks take
 * long, as those of a gateway with much to do may, the report before stands: who asks is told within a second, and of
 * what has gone silent with the next report.
 */
function sharedReports(run: () => Promise<HealthReport>): () => Promise<HealthReport> {
  let last: HealthReport | undefined
  let running: Promise<HealthReport> | undefined
  return async () => {
    running ??= run()
      .then((report) => {
        last = report
        return report
      })
      .finally(() => {
        running = undefined
      })
    if (last === undefined) return running
    const before = last
    const patience = new AbortController()
    const tooLong = sleep(patienceMs, before, { signal: patience.signal }).catch(() => before)
    return Promise.race([running, tooLong]).finally(() => patience.abort())
  }
}

const patienceMs = 400
