import { syncPlanPrices } from '@flexprice/contracts'
import { workflows } from '@flexprice/contracts/workflows'
import { getPlan } from '@flexprice/database'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

export function syncPlanPricesRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(syncPlanPrices),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const plan_id = request.params.id
      expectIdOf('plan', plan_id)
      // A sync of a plan that is not there would be answered as started, and fail where nobody looks.
      await getPlan(scoped, plan_id)
      const started = await temporal.startWorkflow(workflows['price-sync'], { plan_id }, scoped.scope)
      return reply.send({
        message: `The prices of plan ${plan_id} are being synced to its subscriptions`,
        workflow_id: started.workflowId,
        run_id: started.runId,
      })
    },
  })
}
