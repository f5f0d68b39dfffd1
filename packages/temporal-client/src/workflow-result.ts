import {
  type CodedError,
  type ErrorCode,
  type ErrorDetails,
  errorCodes,
  errorKind,
  isErrorCode,
  isInternal,
} from '@flexprice/domain'
import {
  type Client,
  isGrpcCancelledError,
  isGrpcDeadlineError,
  WorkflowFailedError,
} from '@temporalio/client'
import { ApplicationFailure } from '@temporalio/common'
import { callTimeoutMs } from './call.ts'
import { describeOwn, type Owner, toDescription, type WorkflowDescription } from './describe-workflow.ts'
import type { StartedWorkflow } from './start-workflow.ts'
import { translateError } from './translate-error.ts'
import type { WorkflowStatus } from './workflow-status.ts'

/**
 * The outcome of a workflow: at once if it has ended, else after at most `waitMs`, and then Running if it
 * still runs. Follows a workflow that continued in a new run. Throws `not_found` as `describeWorkflow` does. Waiting
 * ends with the request's signal; the answer is then Running and nobody reads it.
 */
export async function workflowResult(
  client: Client,
  scope: Owner,
  workflowId: string,
  { runId, waitMs = 0, signal }: WorkflowResultOptions = {},
): Promise<WorkflowOutcome> {
  const described = await describeOwn(client, scope, workflowId, { runId, signal })
  const workflow = toDescription(described)
  const over = workflow.status !== 'Running'
  if (!over && waitMs === 0 && described.status.name !== 'CONTINUED_AS_NEW') return { ...workflow }
  const deadline = Date.now() + (over ? callTimeoutMs : Math.max(waitMs, continuedWaitMs))
  const end = await endOf(client, { workflowId, runId: workflow.runId }, { deadline, signal, over })
  return { ...workflow, ...end }
}

/**
 * The same of a run that this process has just started for its caller: whose it is needs no call to be known. Running
 * where it has not ended after `waitMs`.
 */
export async function startedResult(
  client: Client,
  started: StartedWorkflow,
  { waitMs, signal }: { readonly waitMs: number; readonly signal: AbortSignal },
): Promise<WorkflowEnd> {
  const end = await endOf(client, started, { deadline: Date.now() + waitMs, signal, over: false })
  return end ?? { status: 'Running' }
}

/**
 * Waits for the end of a run, and of those that it continues in.
 *
 * @param how `over` where it has ended already: then it is a failure when no answer comes
 * @returns undefined when it still runs at the deadline, or nobody waits any more
 */
async function endOf(
  client: Client,
  { workflowId, runId }: StartedWorkflow,
  { deadline, signal, over }: { deadline: number; signal: AbortSignal | undefined; over: boolean },
): Promise<WorkflowEnd | undefined> {
  const handle = client.workflow.getHandle(workflowId, runId)
  try {
    const result = await client.withDeadline(deadline, () =>
      signal === undefined ? handle.result() : client.withAbortSignal(signal, () => handle.result()),
    )
    return { status: 'Completed', result }
  } catch (failure) {
    if (failure instanceof WorkflowFailedError) return explain(failure)
    // Who notices a deadline first, the server or we, decides whether it is called that or a cancelled call.
    const isOver = signal?.aborted === true || Date.now() >= deadline
    const gaveUp = isGrpcDeadlineError(failure) || (isOver && isGrpcCancelledError(failure))
    if (!over && gaveUp) return undefined
    throw translateError(failure)
  }
}

/** A run that continued in a new one: time to follow to that one's end, if it has one. */
const continuedWaitMs = 200

export interface WorkflowResultOptions {
  /** Ids are used again: the run that is meant. */
  readonly runId?: string | undefined
  /** How long to wait for the end; the caller keeps it below its own time limit. */
  readonly waitMs?: number | undefined
  readonly signal?: AbortSignal | undefined
}

export interface WorkflowEnd {
  readonly status: WorkflowStatus
  /** Of a Completed one, as the workflow returned it: the contract's `result` schema describes it. */
  readonly result?: unknown
  /** Of a Failed or TimedOut one. */
  readonly error?: WorkflowError
}

export type WorkflowOutcome = WorkflowDescription & WorkflowEnd

/** Internals stay inside: what is not one of our coded failures is an `internal_error` without its text. */
interface WorkflowError {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: CodedError['details']
}

function explain(failure: WorkflowFailedError): WorkflowEnd {
  switch (failure.cause?.name) {
    case 'CancelledFailure':
      return { status: 'Canceled' }
    case 'TerminatedFailure':
      return { status: 'Terminated' }
    case 'TimeoutFailure':
      return { status: 'TimedOut', error: { code: 'internal_error', message: 'It ran out of time' } }
    default:
      return { status: 'Failed', error: codedCause(failure) }
  }
}

function codedCause(failure: WorkflowFailedError): WorkflowError {
  const depthMax = 10
  let cause: unknown = failure.cause
  for (let depth = 0; depth < depthMax && cause instanceof Error; depth++) {
    if (cause instanceof ApplicationFailure && isErrorCode(cause.type)) {
      const code = cause.type
      if (isInternal(errorKind(code))) return { code, message: errorCodes[code].title }
      const details = errorDetails(cause.details?.[0])
      return { code, message: cause.message, ...(details && { details }) }
    }
    cause = cause.cause
  }
  return { code: 'internal_error', message: errorCodes.internal_error.title }
}

function errorDetails(details: unknown): ErrorDetails | undefined {
  return typeof details === 'object' && details !== null ? { ...details } : undefined
}
