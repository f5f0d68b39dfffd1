import { type HealthCheck, type HealthReport, runHealthChecks } from './health-checks.ts'
import { metricsPage } from './metrics-server.ts'
import { createPageServer, type PageServer, sendJson } from './page-server.ts'

export interface HealthServerOptions {
  /** 0 takes any free one. */
  readonly port: number
  readonly host: string
  readonly checks: Readonly<Record<string, HealthCheck>>
  /** False before the process can work, and again once it is told to stop. */
  readonly isReady: () => boolean
  /** The body of `/metrics`, in Prometheus' text form. */
  readonly metrics: () => Promise<string>
  readonly checkTimeoutMs?: number | undefined
  /** Told why a check or `/metrics` failed; `name` is the check's, or `metrics`. */
  readonly onFailure?: ((name: string, error: unknown) => void) | undefined
}

/**
 * The HTTP endpoints of a process that has none: `/health/live`, `/health/ready` (503 unless ready and
 * every check passes; each dependency by name with its latency) and `/metrics`.
 * Fails if the port is taken.
 */
export async function createHealthServer(options: HealthServerOptions): Promise<PageServer> {
  const checkDependencies = sharedChecks(options)
  return createPageServer({
    port: options.port,
    host: options.host,
    onFailure: options.onFailure,
    pages: {
      '/health/live': (response) => sendJson(response, 200, { status: 'ok' }),
      '/health/ready': async (response) => {
        const { healthy, checks } = await checkDependencies()
        const ready = healthy && options.isReady()
        sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'not_ready', checks })
      },
      '/metrics': metricsPage(options),
    },
  })
}

const checkTimeoutMsDefault = 2_000

/** Requests that come while checks run get their report: a flood of probes, or a check that hangs, cannot pile up. */
function sharedChecks(options: HealthServerOptions): () => Promise<HealthReport> {
  let running: Promise<HealthReport> | undefined
  return () => {
    running ??= runHealthChecks(
      options.checks,
      options.checkTimeoutMs ?? checkTimeoutMsDefault,
      options.onFailure,
    ).finally(() => {
      running = undefined
    })
    return running
  }
}
