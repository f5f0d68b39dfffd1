import { CommandFailure, exitCodeOfStatus } from './command-failure.ts'
import type { MetricsConfig } from './config.ts'
import { exitCodes } from './exit-codes.ts'
import { unreachable } from './unreachable.ts'

/** What a gateway's metrics say of one task queue of the platform. */
export interface QueueMetrics {
  readonly name: string
  readonly backlog: number
  readonly oldestSeconds: number
  readonly pollers: number
}

const answerTimeoutMs = 10_000

/** Asks a gateway's `/metrics`, which asks Temporal. Fails with a `CommandFailure`. */
export async function readQueueMetrics({ metricsUrl }: MetricsConfig): Promise<readonly QueueMetrics[]> {
  // Whoever knows the port is not made to know the path.
  const url = `${metricsUrl.replace(/\/*(metrics)?\/*$/, '')}/metrics`
  const text = await fetchText(url)
  const [backlog, oldest, pollers] = [
    samples(text, 'task_queue_backlog'),
    samples(text, 'task_queue_oldest_seconds'),
    samples(text, 'task_queue_pollers'),
  ]
  if (!text.includes('# TYPE task_queue_backlog ')) throw notMetrics(url, 200)
  if (backlog.size === 0) {
    throw new CommandFailure({
      exitCode: exitCodes.unavailable,
      code: 'service_unavailable',
      message: 'The gateway does not reach Temporal, so it knows of no queue',
    })
  }
  return [...backlog].map(([name, waiting]) => ({
    name,
    backlog: waiting,
    oldestSeconds: oldest.get(name) ?? 0,
    pollers: pollers.get(name) ?? 0,
  }))
}

async function fetchText(url: string): Promise<string> {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerTimeoutMs) }).catch(away(url))
  const text = await response.text().catch(away(url))
  if (response.status !== 200) throw notMetrics(url, response.status)
  return text
}

function away(url: string): (error: unknown) => never {
  const hint = 'Does it run, and is FLEXPRICE_METRICS_URL (or --metrics-url) right?'
  return (error) => {
    throw unreachable({ what: "The gateway's metrics", url, timeoutMs: answerTimeoutMs, hint }, error)
  }
}

function notMetrics(url: string, status: number): CommandFailure {
  return new CommandFailure({
    exitCode: status >= 400 ? exitCodeOfStatus(status) : exitCodes.failed,
    code: 'http_client_error',
    message: `${url} answered ${status}, but not with a gateway's metrics`,
    hint: "Is FLEXPRICE_METRICS_URL (or --metrics-url) the gateway's address with its METRICS_PORT?",
  })
}

/** A gauge's values by queue, in Prometheus' text form. */
function samples(text: string, gauge: string): Map<string, number> {
  const line = new RegExp(`^${gauge}\\{(?:.*,)?queue="([^"]*)".*\\} (\\S+)$`, 'gm')
  return new Map(Array.from(text.matchAll(line), ([, queue = '', value]) => [queue, Number(value)]))
}
