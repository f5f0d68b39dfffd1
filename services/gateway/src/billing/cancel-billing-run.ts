import { cancelBillingRun } from '@flexprice/contracts/operations'
import { getBillingRun } from '@flexprice/database/billing'
import { CodedError } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function cancelBillingRunRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(cancelBillingRun),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id } = request.params
      expectIdOf('billingRun', id)
      const run = await getBillingRun(scoped, id)
      if (run.finished_at !== null || run.canceled_at !== null) {
        throw new CodedError('invalid_operation', `Billing run ${id} has ended: there is nothing to cancel`)
      }
      const workflow_id = run.workflow_id ?? `billing:${run.environment_id}:${id}`
      // An environment's runs share a workflow id: this run's own execution, and no later one's.
      const { runId } = await temporal.describeWorkflow(scoped.scope, workflow_id, {
        runId: run.workflow_run_id ?? undefined,
      })
      await temporal.cancelWorkflow(scoped.scope, workflow_id, { runId })
      return reply
        .code(202)
        .send({ message: 'The run stops after the page it is at', workflow_id, run_id: runId })
    },
  })
}
