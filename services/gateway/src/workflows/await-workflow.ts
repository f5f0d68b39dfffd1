import { assert, CodedError, type Scope } from '@flexprice/domain'
import type { StartedWorkflow, Temporal, WorkflowOutcome } from '@flexprice/temporal-client'
import type { FastifyReply } from 'fastify'
import { callerGone } from '../caller-gone.ts'

/** How a caller waits for a workflow: no longer than the limit, and not when it or the process goes. */
export interface Waiting {
  readonly reply: FastifyReply
  readonly waitMsMax: number
  readonly closing: AbortSignal
}

/**
 * Waits for the result of a workflow that was started. A business refusal reaches the caller with its own
 * code and details.
 *
 * @throws service_unavailable with the workflow's id in its details when it still runs
 */
export async function awaitWorkflow(
  temporal: Temporal,
  scope: Scope,
  { workflowId, runId }: StartedWorkflow,
  { reply, waitMsMax, closing }: Waiting,
): Promise<unknown> {
  const outcome = await temporal.workflowResult(scope, workflowId, {
    runId,
    waitMs: waitMsMax,
    signal: callerGone(reply, closing),
  })
  if (outcome.status === 'Completed') return outcome.result
  throw failureOf(outcome)
}

function failureOf({ status, error, workflowId, runId }: WorkflowOutcome): CodedError {
  const ids = { workflow_id: workflowId, run_id: runId }
  switch (status) {
    case 'Running':
      return new CodedError(
        'service_unavailable',
        'The work is still under way: ask again with the same Idempotency-Key, or for the result of its workflow',
        { details: ids, retryAfterMs },
      )
    case 'Canceled':
    case 'Terminated':
      return new CodedError('invalid_operation', `The workflow was ${status.toLowerCase()}`, { details: ids })
    default:
      assert(error, 'a workflow that failed says why')
      return new CodedError(error.code, error.message, error.details && { details: error.details })
  }
}

const retryAfterMs = 2_000
