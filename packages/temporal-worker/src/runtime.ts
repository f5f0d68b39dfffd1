import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Logger } from '@flexprice/observability'
import { Runtime } from '@temporalio/worker'
import { temporalLogger } from './temporal-logger.ts'

const metricsTimeoutMs = 2_000

/** Milliseconds; Temporal's own buckets begin at 50 or 100, where most of our work is over. */
const latencyBuckets = [
  1, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000, 300_000, 1_800_000,
]

/**
 * Temporal's native core: its log lines go to our logger, its metrics come from the function returned, in
 * Prometheus' text form. Core serves them on a port of its own, on the loopback only; ours joins them with the
 * process's. Once a process, before the first connection. Signals are ours: readiness goes before polling stops.
 */
export async function installRuntime(logger: Logger): Promise<InstalledRuntime> {
  const address = `127.0.0.1:${await freePort()}`
  const runtime = Runtime.install({
    logger: temporalLogger(logger),
    shutdownSignals: [],
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      metrics: {
        prometheus: {
          bindAddress: address,
          histogramBucketOverrides: {
            workflow_endtoend_latency: latencyBuckets,
            workflow_task_schedule_to_start_latency: latencyBuckets,
            activity_schedule_to_start_latency: latencyBuckets,
            activity_execution_latency: latencyBuckets,
            activity_succeed_endtoend_latency: latencyBuckets,
            local_activity_execution_latency: latencyBuckets,
          },
        },
      },
    },
  })
  return {
    async metrics() {
      const signal = AbortSignal.timeout(metricsTimeoutMs)
      // Core goes down with its last connection and comes back with the next: it has none while it waits.
      const response = await fetch(`http://${address}/metrics`, { signal }).catch(() => undefined)
      return response === undefined ? '' : response.text()
    },
    // Core ends by itself with its last connection; one that never had any would keep the process alive.
    [Symbol.asyncDispose]: () => runtime.shutdown(),
  }
}

interface InstalledRuntime extends AsyncDisposable {
  metrics(): Promise<string>
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (typeof address !== 'object' || address === null) throw new Error('No free port for metrics')
  return address.port
}
