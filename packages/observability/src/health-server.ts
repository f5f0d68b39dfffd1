import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type HealthCheck, type HealthReport, runHealthChecks } from './health-checks.ts'

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

export interface HealthServer extends AsyncDisposable {
  readonly port: number
  close(): Promise<void>
}

/**
 * The HTTP endpoints of a process that has none: `/health/live`, `/health/ready` (503 unless ready and
 * every check passes; each dependency by name with its latency) and `/metrics`.
 * Fails if the port is taken.
 */
export async function createHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const checkDependencies = sharedChecks(options)
  const server = createServer((request, response) => {
    answer(request, response, options, checkDependencies).catch((error: unknown) => {
      options.onFailure?.('health-server', error)
      response.destroy()
    })
  })
  server.listen(options.port, options.host)
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : options.port
  const close = async () => {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { port, close, [Symbol.asyncDispose]: close }
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

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: HealthServerOptions,
  checkDependencies: () => Promise<HealthReport>,
): Promise<void> {
  const path = request.method === 'GET' ? request.url?.split('?', 1)[0] : undefined
  switch (path) {
    case '/health/live':
      return sendJson(response, 200, { status: 'ok' })
    case '/health/ready': {
      const { healthy, checks } = await checkDependencies()
      const ready = healthy && options.isReady()
      return sendJson(response, ready ? 200 : 503, { status: ready ? 'ok' : 'not_ready', checks })
    }
    case '/metrics':
      return sendMetrics(response, options)
    default:
      return sendJson(response, 404, { code: 'not_found', message: 'No such page' })
  }
}

async function sendMetrics(response: ServerResponse, options: HealthServerOptions): Promise<void> {
  try {
    const text = await options.metrics()
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text)
  } catch (error) {
    options.onFailure?.('metrics', error)
    sendJson(response, 500, { code: 'internal_error', message: 'The metrics could not be read' })
  }
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
  })
  response.end(JSON.stringify(body))
}
