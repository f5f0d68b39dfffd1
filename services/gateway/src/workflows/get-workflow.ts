import { getWorkflow } from '@flexprice/contracts/operations'
import { callerDatabase } from '../caller.ts'
import { callerGone } from '../caller-gone.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { readProgress } from './read-progress.ts'
import { workflowResponse } from './workflow-response.ts'
import { errorResponse } from './workflow-state.ts'

export function getWorkflowRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(getWorkflow),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const signal = callerGone(reply)
      const { scope } = scoped
      const { workflow_id } = request.params
      const workflow = await temporal.describeWorkflow(scope, workflow_id, {
        runId: request.query.run_id,
        signal,
      })
      const { status, runId } = workflow
      const outcome =
        status === 'Failed' ? await temporal.workflowResult(scope, workflow_id, { runId, signal }) : {}
      return reply.send({
        ...workflowResponse(workflow),
        progress: await readProgress(scoped, workflow),
        error: errorResponse(outcome),
      })
    },
  })
}
