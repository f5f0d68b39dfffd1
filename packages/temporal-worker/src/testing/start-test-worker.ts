/**
 * Workers in a test's own process against the real Temporal server, for the tests of whoever has workflows.
 * No service may load this.
 */
import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import { createLogger } from '@flexprice/observability'
import { terminateLeftOvers } from '@flexprice/testing'
import { testTemporalSettings } from '@flexprice/testing/temporal'
import { DefaultLogger, Runtime } from '@temporalio/worker'
import { connectToTemporal } from '../connect-to-temporal.ts'
import { createWorker } from '../create-worker.ts'
import type { WorkerConfig } from '../worker-config.ts'
import { type BundleSource, workflowBundle } from '../workflow-bundle.ts'

/**
 * Runs the workflow's queue until disposed: graceful, then what still runs on the queue is terminated, so
 * that the next test file's worker does not get it.
 */
export async function startTestWorker(options: TestWorkerOptions): Promise<TestWorker> {
  installTestRuntime()
  const { definition, activities } = options
  const logger = createLogger({ service: 'test-worker', level: 'fatal' })
  const temporal = testTemporalSettings()
  const connection = await connectToTemporal(temporal, {
    logger,
    signal: AbortSignal.timeout(connectTimeoutMs),
  })
  const bundle = await workflowBundle({ name: definition.name, ...options.bundle }, { logger })
  const config = { ...defaults, temporal, ...options.config }
  const worker = await createWorker({ connection, definition, bundle, activities, config, logger })
  const ended = worker.run()
  return {
    async [Symbol.asyncDispose]() {
      // Before as well: a worker waits for a local activity between two tries, as another file's whose database has gone.
      await terminateLeftOvers(definition)
      worker.shutdown()
      await ended
      await connection.close()
      await terminateLeftOvers(definition)
    },
  }
}

export interface TestWorkerOptions {
  readonly definition: WorkflowDefinition
  readonly activities: object
  readonly bundle: Omit<BundleSource, 'name'>
  readonly config?: Partial<WorkerConfig>
}

export type TestWorker = AsyncDisposable

const connectTimeoutMs = 10_000

const defaults: Omit<WorkerConfig, 'temporal'> = {
  telemetry: {
    exporter: 'none',
    otlpEndpoint: undefined,
    jaegerEndpoint: undefined,
    sampleRatio: 1,
    logLevel: 'fatal',
  },
  host: '127.0.0.1',
  healthPort: 0,
  shutdownGraceMs: 500,
  activitySlots: 20,
  workflowSlots: 20,
  cachedWorkflows: 100,
}

let installed = false

/** Once a process: what is expected in tests (failing activities) is not to fill their output. */
function installTestRuntime(): void {
  if (installed) return
  installed = true
  Runtime.install({
    logger: new DefaultLogger('ERROR'),
    shutdownSignals: [],
    telemetryOptions: { logging: { filter: { core: 'ERROR', other: 'ERROR' }, forward: {} } },
  })
}
