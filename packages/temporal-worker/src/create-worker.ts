import type { WorkflowDefinition } from '@flexprice/contracts/workflows'
import type { Logger } from '@flexprice/observability'
// Not the package's entry, which loads the sandbox's half and with it more than a worker needs.
import { OpenTelemetryActivityInboundInterceptor } from '@temporalio/interceptors-opentelemetry-v2/lib/worker/index.js'
import { type NativeConnection, Worker } from '@temporalio/worker'
import { createActivityInterceptor } from './activity-interceptor.ts'
import type { WorkerConfig } from './worker-config.ts'

/**
 * A cancelled activity learns of it with a heartbeat, and a time-out of seconds has to see more than one; by default
 * they go out each 24 s.
 */
const heartbeatIntervalMaxMs = 1_000
/**
 * What waits for the worker that has a workflow in its memory is given to any, after so long: a worker that was killed
 * holds up its workflows no longer, where Temporal's own default is 10 s. A busy one only reads the history again.
 */
const stickyWaitMsMax = 3_000
/** Beyond the grace time: activities that neither finish nor notice. Then the process gives up on them. */
const forceAfterGraceMs = 5_000

/** One queue's worker, not yet polling. */
export async function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  const { connection, definition, bundle, activities, config, logger } = options
  return Worker.create({
    connection,
    namespace: config.temporal.namespace,
    taskQueue: definition.taskQueue,
    workflowBundle: bundle,
    activities,
    interceptors: {
      // The trace is the outer one: its span sees the translated failure, and expected ones are no errors.
      activity: [
        (context) => ({ inbound: new OpenTelemetryActivityInboundInterceptor(context) }),
        createActivityInterceptor(logger, options.withoutScope),
      ],
    },
    maxConcurrentActivityTaskExecutions: config.queueSlots ?? config.activitySlots,
    maxConcurrentLocalActivityExecutions: config.activitySlots,
    // What a workflow does in parallel is for all workers of the queue; an eager one would keep it to itself.
    maxEagerActivityReservationsPerWorkflowTask: 0,
    maxConcurrentWorkflowTaskExecutions: config.workflowSlots,
    maxCachedWorkflows: config.cachedWorkflows,
    stickyQueueScheduleToStartTimeout: stickyWaitMsMax,
    maxHeartbeatThrottleInterval: heartbeatIntervalMaxMs,
    shutdownGraceTime: config.shutdownGraceMs,
    shutdownForceTime: config.shutdownGraceMs + forceAfterGraceMs,
    ...(config.deployment && { workerDeploymentOptions: pinned(config.deployment) }),
  })
}

export interface CreateWorkerOptions {
  readonly connection: NativeConnection
  readonly definition: WorkflowDefinition
  readonly bundle: { readonly code: string }
  readonly activities: object
  /** Activities that are of no tenant: they alone may run for a workflow that was started without a scope. */
  readonly withoutScope?: readonly string[] | undefined
  readonly config: WorkerConfig
  readonly logger: Logger
}

/** Jobs are short: each ends on the version it began on, so that no history meets changed code. */
function pinned({ deploymentName, buildId }: NonNullable<WorkerConfig['deployment']>) {
  return {
    version: { deploymentName, buildId },
    useWorkerVersioning: true,
    defaultVersioningBehavior: 'PINNED',
  } as const
}
