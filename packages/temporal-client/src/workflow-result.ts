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
  const handle = client.workflow.getHandle(workflowId, workflow.runId)
  const deadline = Date.now() + (over ? callTimeoutMs : Math.max(waitMs, continuedWaitMs))
  try {
    const result = await client.withDeadline(deadline, () =>
      signal === undefined ? handle.result() : client.withAbortSignal(signal, () => handle.result()),
    )
    return { ...workflow, status: 'Completed', result }
  } catch (failure) {
    if (failure instanceof WorkflowFailedError) return { ...workflow, ...explain(failure) }
    // Who notices a deadline first, the server or we, decides whether it is called that or a cancelled call.
    const isOver = signal?.aborted === true || Date.now() >= deadline
    const gaveUp = isGrpcDeadlineError(failure) || (isOver && isGrpcCancelledError(failure))
    if (!over && gaveUp) return { ...workflow }
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

export interface WorkflowOutcome extends WorkflowDescription {
  /** Of a Completed one, as the workflow returned it: the contract's `result` schema describes it. */
  readonly result?: unknown
  /** Of a Failed or TimedOut one. */
  readonly error?: WorkflowError
}

/** Internals stay inside: what is not one of our coded failures is an `internal_error` without its text. */
interface WorkflowError {
  readonly code: ErrorCode
  readonly message: string
  readonly details?: CodedError['details']
}

function explain(failure: WorkflowFailedError): { status: WorkflowStatus; error?: WorkflowError } {
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
