import { assert, CodedError, type Scope } from '@flexprice/domain'
import type { StartedWorkflow, Temporal, WorkflowEnd } from '@flexprice/temporal-client'
import type { FastifyReply } from 'fastify'
import { callerGone } from '../caller-gone.ts'
import { leaveWork } from '../plugins/take-places.ts'

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
 * @throws service_unavailable with the workflow's id in its details when it still runs; it says so where no worker has
 *   taken it up
 */
export async function awaitWorkflow(
  temporal: Temporal,
  scope: Scope,
  started: StartedWorkflow,
  { reply, waitMsMax, closing }: Waiting,
): Promise<unknown> {
  leaveWork(reply.request)
  const end = await temporal.startedResult(started, {
    waitMs: waitMsMax,
    signal: callerGone(reply, closing),
  })
  if (end.status === 'Completed') return end.result
  if (end.status === 'Running') throw await stillRunning(temporal, scope, started)
  throw failureOf(end, started)
}

async function stillRunning(
  temporal: Temporal,
  scope: Scope,
  { workflowId, runId }: StartedWorkflow,
): Promise<CodedError> {
  const { waitsForWorker, taskQueue } = await temporal.describeWorkflow(scope, workflowId, { runId })
  const how = waitsForWorker
    ? `No worker has taken the work from the queue ${taskQueue}; it is done as soon as one does`
    : 'The work is still under way'
  return new CodedError(
    'service_unavailable',
    `${how}: ask again with the same Idempotency-Key, or for the result of its workflow`,
    { details: { workflow_id: workflowId, run_id: runId }, retryAfterMs },
  )
}

function failureOf({ status, error }: WorkflowEnd, { workflowId, runId }: StartedWorkflow): CodedError {
  const ids = { workflow_id: workflowId, run_id: runId }
  switch (status) {
    case 'Canceled':
    case 'Terminated':
      return new CodedError('invalid_operation', `The workflow was ${status.toLowerCase()}`, { details: ids })
    default:
      assert(error, 'a workflow that failed says why')
      return new CodedError(error.code, error.message, error.details && { details: error.details })
  }
}

const retryAfterMs = 2_000
