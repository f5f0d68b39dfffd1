import type { WorkflowContract } from '@flexprice/contracts/workflows'
import {
  createHealthServer,
  type HealthCheck,
  type Logger,
  type Metrics,
  type PageServer,
} from '@flexprice/observability'
import type { NativeConnection, Worker } from '@temporalio/worker'
import { checkNamespace, connectToTemporal } from './connect-to-temporal.ts'
import { createWorker } from './create-worker.ts'
import { retryUntilDone } from './retry-until-done.ts'
import { installRuntime } from './runtime.ts'
import { stopSignal } from './stop-signal.ts'
import type { WorkerConfig } from './worker-config.ts'
import { type BundleSource, workflowBundle } from './workflow-bundle.ts'

/**
 * A worker process from here to its end: health endpoints at once, then wait for what it depends on, then
 * poll. SIGTERM or SIGINT: not ready, no new work, running activities finish or come to a checkpoint within the grace
 * time; then this returns, and `main.ts` lets go of the rest. Throws if the worker breaks: the process must end.
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { contract, bundle, config, logger, checks } = options
  const { definition } = contract
  await using runtime = await installRuntime(logger)
  using stop = stopSignal({ logger, giveUpAfterMs: config.shutdownGraceMs + giveUpAfterGraceMs })
  const state: WorkerState = {}
  await using _health = await serveHealth(options, state, stop.signal, runtime)
  try {
    const code = await workflowBundle({ name: definition.name, ...bundle }, { logger })
    for (const [name, check] of Object.entries(checks)) {
      await retryUntilDone(name, () => check(AbortSignal.timeout(checkTimeoutMs)), {
        logger,
        signal: stop.signal,
      })
    }
    state.connection = await connectToTemporal(config.temporal, { logger, signal: stop.signal })
    const { connection } = state
    state.worker = await createWorker({ ...options, connection, definition, bundle: code })
    await runUntilStopped(state.worker, stop.signal, logger)
  } catch (error) {
    // Told to stop while it still waited for something: there was nothing to finish.
    if (!stop.signal.aborted || state.worker !== undefined) throw error
  } finally {
    await state.connection?.close()
  }
  logger.info({ 'event.action': 'stopped' }, 'The worker has stopped')
}

export interface RunWorkerOptions {
  /** From the registry. */
  readonly contract: WorkflowContract
  readonly bundle: Omit<BundleSource, 'name'>
  readonly activities: object
  /** Activities that are of no tenant: they alone may run for a workflow that was started without a scope. */
  readonly withoutScope?: readonly string[]
  readonly config: WorkerConfig
  readonly logger: Logger
  readonly metrics: Metrics
  /** What the activities cannot work without, by name; Temporal itself is added. */
  readonly checks: Readonly<Record<string, HealthCheck>>
}

const checkTimeoutMs = 5_000
/** After the grace time and Temporal's own limit: something hangs that nobody waits for. */
const giveUpAfterGraceMs = 15_000

interface WorkerState {
  connection?: NativeConnection
  worker?: Worker
}

async function runUntilStopped(worker: Worker, signal: AbortSignal, logger: Logger): Promise<void> {
  const shutdown = (): void => {
    if (worker.getState() === 'RUNNING') worker.shutdown()
  }
  signal.addEventListener('abort', shutdown, { once: true })
  try {
    const ended = worker.run()
    if (signal.aborted) shutdown()
    logger.info(
      { 'event.action': 'started', 'labels.task_queue': worker.options.taskQueue },
      'The worker polls its queue',
    )
    await ended
  } finally {
    signal.removeEventListener('abort', shutdown)
  }
}

async function serveHealth(
  { config, logger, metrics, checks }: RunWorkerOptions,
  state: WorkerState,
  stopped: AbortSignal,
  runtime: { metrics(): Promise<string> },
): Promise<PageServer> {
  return createHealthServer({
    port: config.healthPort,
    host: config.host,
    checks: {
      ...checks,
      async temporal() {
        if (state.connection === undefined) throw new Error('not connected yet')
        await checkNamespace(state.connection, config.temporal.namespace)
      },
    },
    isReady: () => !stopped.aborted && isPolling(state.worker),
    metrics: async () => `${await metrics.render()}\n${await runtime.metrics()}`,
    onFailure: (name, error) =>
      logger.debug(
        { 'event.action': 'check-failed', 'labels.check': name, err: error },
        'A health check failed',
      ),
  })
}

function isPolling(worker: Worker | undefined): boolean {
  if (worker?.getState() !== 'RUNNING') return false
  const { workflowPollerState, activityPollerState } = worker.getStatus()
  return workflowPollerState === 'POLLING' && activityPollerState === 'POLLING'
}
