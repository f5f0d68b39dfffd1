import { cancelWorkflow } from '@flexprice/contracts/operations'
import type { Dependencies } from '../dependencies.ts'
import { callerScope } from '../plugins/authenticate.ts'
import { type Api, routeOf } from '../route.ts'

export function cancelWorkflowRoute(api: Api, { temporal }: Pick<Dependencies, 'temporal'>): void {
  api.route({
    ...routeOf(cancelWorkflow),
    async handler(request, reply) {
      const scope = callerScope(request)
      const { workflow_id } = request.params
      const { runId } = await temporal.describeWorkflow(scope, workflow_id, { runId: request.query.run_id })
      await temporal.cancelWorkflow(scope, workflow_id, { runId })
      return reply.send({ message: 'The workflow was asked to stop', workflow_id, run_id: runId })
    },
  })
}
