import {
  type InputOf,
  type WorkflowContract,
  type WorkflowDefinition,
  workflows,
} from '@flexprice/contracts/workflows'
import type { Scope } from '@flexprice/domain'
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client'
import { OpenTelemetryWorkflowClientInterceptor } from '@temporalio/interceptors-opentelemetry-v2/lib/client/index.js'
import { applySearchAttributes } from './apply-search-attributes.ts'
import { type CallOptions, call, callsSettled } from './call.ts'
import { cancelWorkflow } from './cancel-workflow.ts'
import { createContextInterceptor } from './context-interceptor.ts'
import { createDeployments, type Deployments } from './deployments.ts'
import {
  describeWorkflow,
  type Owner,
  type WaitingForWorker,
  type WorkflowDescription,
} from './describe-workflow.ts'
import { type QueueStats, queueStats } from './queue-stats.ts'
import { type RunningWorkflows, runningWorkflows } from './running-workflows.ts'
import { createSchedules, type Schedules } from './schedules.ts'
import { searchWorkflows, type WorkflowFilter, type WorkflowPage } from './search-workflows.ts'
import { type StartedWorkflow, startWorkflow } from './start-workflow.ts'
import type { TemporalSettings } from './temporal-settings.ts'
import {
  startedResult,
  type WorkflowEnd,
  type WorkflowOutcome,
  type WorkflowResultOptions,
  workflowResult,
} from './workflow-result.ts'

/** A call is tried so often within its time limit; a Temporal that is away is told to the caller soon. */
const attemptsMax = 3
/** grpc's own limit of 2 minutes would keep a gateway away from a Temporal that is back. */
const reconnectDelayMaxMs = 5_000
const pingTimeoutMs = 2_000

/**
 * The gateway's and the command line's way to Temporal. Connects at the first call, so that a process
 * starts before Temporal does; until then each call throws `service_unavailable`.
 */
export function createTemporal(settings: TemporalSettings): Temporal {
  const connection = Connection.lazy({
    address: settings.address,
    ...(settings.apiKey !== undefined && { apiKey: settings.apiKey }),
    ...(settings.tls !== undefined && { tls: settings.tls }),
    interceptors: [makeGrpcRetryInterceptor(defaultGrpcRetryOptions({ maxAttempts: attemptsMax }))],
    channelArgs: { 'grpc.max_reconnect_backoff_ms': reconnectDelayMaxMs },
  })
  const context = createContextInterceptor()
  const client = new Client({
    connection,
    namespace: settings.namespace,
    interceptors: { workflow: [new OpenTelemetryWorkflowClientInterceptor(), context.interceptor] },
  })
  const registered = Object.values(workflows).map(({ definition }) => definition)
  return {
    startWorkflow: (...request) => startWorkflow({ client, context }, ...request),
    describeWorkflow: (...request) => describeWorkflow(client, ...request),
    workflowResult: (...request) => workflowResult(client, ...request),
    startedResult: (...request) => startedResult(client, ...request),
    cancelWorkflow: (...request) => cancelWorkflow(client, ...request),
    searchWorkflows: (...request) => searchWorkflows(client, ...request),
    runningWorkflows: (scope, definitions = registered, options) =>
      runningWorkflows(client, scope, definitions, options),
    queueStats: (definitions = registered, options) =>
      queueStats(client, definitions, { ...options, longPollMs: settings.longPollMs }),
    schedules: createSchedules(client),
    deployments: createDeployments(client),
    applySearchAttributes: (options) => applySearchAttributes(client, connection, options),
    async ping() {
      const { namespace } = settings
      await call(client, () => client.workflowService.describeNamespace({ namespace }), {
        timeoutMs: pingTimeoutMs,
      })
    },
    async [Symbol.asyncDispose]() {
      await callsSettled(client)
      await connection.close()
    },
  }
}

export interface Temporal extends AsyncDisposable {
  startWorkflow<Contract extends WorkflowContract>(
    contract: Contract,
    input: InputOf<Contract>,
    scope: Scope,
    options?: CallOptions,
  ): Promise<StartedWorkflow>
  describeWorkflow(
    scope: Owner,
    workflowId: string,
    options?: CallOptions & { readonly runId?: string | undefined },
  ): Promise<WorkflowDescription & WaitingForWorker>
  workflowResult(scope: Owner, workflowId: string, options?: WorkflowResultOptions): Promise<WorkflowOutcome>
  /** Of what `startWorkflow` has answered just now. */
  startedResult(
    started: StartedWorkflow,
    options: { readonly waitMs: number; readonly signal: AbortSignal },
  ): Promise<WorkflowEnd>
  cancelWorkflow(
    scope: Owner,
    workflowId: string,
    options?: CallOptions & { readonly runId?: string | undefined },
  ): Promise<void>
  searchWorkflows(
    scope: Owner,
    filter: WorkflowFilter,
    page: WorkflowPage,
    options?: CallOptions,
  ): Promise<{ items: WorkflowDescription[]; total: number }>
  /** By the queue of every registered workflow, unless some are named. */
  runningWorkflows(
    scope: Owner,
    definitions?: readonly WorkflowDefinition[],
    options?: CallOptions,
  ): Promise<RunningWorkflows[]>
  /** Of the whole platform: every registered workflow, unless some are named. */
  queueStats(definitions?: readonly WorkflowDefinition[], options?: CallOptions): Promise<QueueStats[]>
  /** What Temporal starts by itself. */
  readonly schedules: Schedules
  /** Which version of each worker new runs begin on. */
  readonly deployments: Deployments
  /** Makes the search attributes that the namespace lacks, and answers their names. */
  applySearchAttributes(options?: CallOptions): Promise<string[]>
  /** Throws unless Temporal answers for our namespace. */
  ping(): Promise<void>
}
