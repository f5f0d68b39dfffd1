import { publishedErrorCode, type WorkflowResultResponse, wireDetails } from '@flexprice/contracts/wire'
import type { Scoped } from '@flexprice/database/connection'
import type { Temporal, WorkflowOutcome, WorkflowResultOptions } from '@flexprice/temporal-client'
import { readProgress } from './read-progress.ts'

/**
 * A workflow's state as callers are told it: its progress while it runs, then its result or error. Waits for the end
 * as `workflowResult` does.
 *
 * @throws not_found for what the caller's environment has not
 */
export async function workflowState(
  { temporal, scoped }: { readonly temporal: Pick<Temporal, 'workflowResult'>; readonly scoped: Scoped },
  workflowId: string,
  options: WorkflowResultOptions,
): Promise<WorkflowResultResponse> {
  const outcome = await temporal.workflowResult(scoped.scope, workflowId, options)
  return {
    message: messageOf(outcome),
    workflow_id: outcome.workflowId,
    run_id: outcome.runId,
    status: outcome.status,
    progress: await readProgress(scoped, outcome),
    result: outcome.result,
    error: errorResponse(outcome),
  }
}

/** Why it has failed, as callers are told of any refusal. */
export function errorResponse({ error }: Pick<WorkflowOutcome, 'error'>): WorkflowResultResponse['error'] {
  return (
    error && {
      code: publishedErrorCode(error.code),
      message: error.message,
      details: error.details && wireDetails(error.details),
    }
  )
}

function messageOf({ status, error }: WorkflowOutcome): string {
  switch (status) {
    case 'Running':
      return 'The workflow is running'
    case 'Completed':
      return 'The workflow has completed'
    case 'Canceled':
      return 'The workflow was cancelled'
    case 'Terminated':
      return 'The workflow was terminated'
    case 'TimedOut':
      return 'The workflow ran out of time'
    case 'Failed':
      return `The workflow has failed: ${error?.message ?? 'internal error'}`
  }
}
