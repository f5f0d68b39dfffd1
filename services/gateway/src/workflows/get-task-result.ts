import { getTaskResult } from '@flexprice/contracts/operations'
import { publishedErrorCode, wireDetails } from '@flexprice/contracts/wire'
import type { WorkflowOutcome } from '@flexprice/temporal-client'
import { callerDatabase } from '../caller.ts'
import { callerGone } from '../caller-gone.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { readProgress } from './read-progress.ts'

/** @param closing aborts when the process is to stop: whoever waits is told how far the work is instead */
export function getTaskResultRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
  { waitMsMax }: Pick<AppConfig, 'waitMsMax'>,
  closing: AbortSignal,
): void {
  api.route({
    ...routeOf(getTaskResult),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { workflow_id, run_id, wait = 0 } = request.query
      const outcome = await temporal.workflowResult(scoped.scope, workflow_id, {
        runId: run_id,
        waitMs: Math.min(wait, waitMsMax),
        signal: callerGone(reply, closing),
      })
      return reply.send({
        message: messageOf(outcome),
        workflow_id: outcome.workflowId,
        run_id: outcome.runId,
        status: outcome.status,
        progress: await readProgress(scoped, outcome),
        result: outcome.result,
        error: outcome.error && {
          code: publishedErrorCode(outcome.error.code),
          message: outcome.error.message,
          details: outcome.error.details && wireDetails(outcome.error.details),
        },
      })
    },
  })
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
