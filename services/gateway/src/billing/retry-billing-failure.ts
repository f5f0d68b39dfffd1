import { retryBillingFailure } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { getBillingRun, retryBillingFailure as makeDue } from '@flexprice/database/billing'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function retryBillingFailureRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(retryBillingFailure),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id: runId, subscription_id: subscriptionId } = request.params
      expectIdOf('billingRun', runId)
      expectIdOf('subscription', subscriptionId)
      await getBillingRun(scoped, runId)
      await makeDue(scoped, { runId, subscriptionId })
      // What is due is found by the environment's own billing, now and not with the next tick.
      const started = await temporal.startWorkflow(workflows['cron-billing'], { kind: 'due' }, scoped.scope)
      return reply.code(202).send({
        message: 'The subscription is tried again',
        workflow_id: started.workflowId,
        run_id: started.runId,
      })
    },
  })
}
