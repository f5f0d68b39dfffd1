import {
  type InputOf,
  parseInput,
  type WhenRunning,
  type WorkflowContract,
  type WorkflowDefinition,
} from '@flexprice/contracts/workflows'
import { invalid, type Scope } from '@flexprice/domain'
import { type Client, WorkflowExecutionAlreadyStartedError, type WorkflowOptions } from '@temporalio/client'
import { type CallOptions, call } from './call.ts'
import type { ContextInterceptor } from './context-interceptor.ts'
import { searchAttributes } from './search-attributes.ts'

/** Temporal's columns for a workflow's id hold 255 bytes. */
export const workflowIdBytesMax = 255
/** Temporal's limit for a fairness key. */
const fairnessKeyBytesMax = 64

/**
 * The only way to start a workflow. Starting twice is safe: the id is a business key, and the definition
 * says what a second start does. Throws `validation_error`, `already_exists` (policy `refuse`), `service_unavailable`.
 */
export async function startWorkflow<Contract extends WorkflowContract>(
  { client, context }: { client: Client; context: ContextInterceptor },
  contract: Contract,
  input: InputOf<Contract>,
  scope: Scope,
  options: CallOptions = {},
): Promise<StartedWorkflow> {
  const parsed = parseInput(contract, input)
  const start = startOptions(contract, parsed, scope)
  const policy = contract.whenRunning?.(parsed) ?? contract.definition.whenRunning
  return context.actFor(scope, () =>
    call(client, () => send(client, contract.definition, { start, whenRunning: policy }), options),
  )
}

export interface StartedWorkflow {
  readonly workflowId: string
  /** The run that was started, or that runs already and took the request in. */
  readonly runId: string
}

async function send(
  client: Client,
  definition: WorkflowDefinition,
  { start: options, whenRunning }: { start: WorkflowOptions & { args: unknown[] }; whenRunning: WhenRunning },
): Promise<StartedWorkflow> {
  const { workflowId } = options
  if (whenRunning.policy === 'signal') {
    const handle = await client.workflow.signalWithStart(definition.type, {
      ...options,
      signal: whenRunning.signal,
    })
    return { workflowId, runId: handle.signaledRunId }
  }
  try {
    const handle = await client.workflow.start(definition.type, {
      ...options,
      workflowIdConflictPolicy: whenRunning.policy === 'refuse' ? 'FAIL' : 'USE_EXISTING',
      workflowIdReusePolicy:
        whenRunning.policy === 'once' ? 'ALLOW_DUPLICATE_FAILED_ONLY' : 'ALLOW_DUPLICATE',
    })
    return { workflowId, runId: handle.firstExecutionRunId }
  } catch (error) {
    if (whenRunning.policy !== 'once' || !(error instanceof WorkflowExecutionAlreadyStartedError)) throw error
    // It has completed: the id is the request's, so its result is the answer to this one, too.
    const { runId } = await client.workflow.getHandle(workflowId).describe()
    return { workflowId, runId }
  }
}

function startOptions(
  contract: WorkflowContract,
  input: unknown,
  scope: Scope,
): WorkflowOptions & { args: unknown[] } {
  const { definition } = contract
  const workflowId = contract.workflowId(scope.environmentId, input)
  if (Buffer.byteLength(workflowId) > workflowIdBytesMax) {
    throw invalid([{ path: '', message: `the id of a ${definition.entityType} is too long` }])
  }
  return {
    workflowId,
    taskQueue: definition.taskQueue,
    args: [input],
    workflowExecutionTimeout: definition.executionTimeout,
    staticSummary: definition.summary,
    typedSearchAttributes: searchAttributes(contract, contract.entityId(input), scope),
    priority: { priorityKey: definition.priority, fairnessKey: fairnessKey(scope.tenantId) },
  }
}

/** A tenant that floods a queue waits behind its own work only. */
function fairnessKey(tenantId: string): string {
  return Buffer.from(tenantId).subarray(0, fairnessKeyBytesMax).toString('latin1')
}
