import { executeSubscriptionChangeBulk } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { noteBulkChangeRun, startBulkChange } from '@flexprice/database/changes'
import { readNow } from '@flexprice/database/connection'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'

/** Asked for again it answers the same, and lets what was cancelled on its way go on. */
export function executeSubscriptionChangeBulkRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(executeSubscriptionChangeBulk),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { bulk_change_id } = request.body
      expectIdOf('bulkChange', bulk_change_id)
      const bulk = await startBulkChange(scoped, bulk_change_id, await readNow(scoped))
      const contract = workflows['subscription-change']
      const input = { mode: 'execute_bulk', bulk_change_id } as const
      const isDone = bulk.finished_at !== null && bulk.started_run_id !== null
      const started = isDone
        ? {
            workflowId: contract.workflowId(scoped.scope.environmentId, input),
            runId: bulk.started_run_id ?? '',
          }
        : await temporal.startWorkflow(contract, input, scoped.scope)
      await noteBulkChangeRun(scoped, bulk_change_id, started.runId)
      return reply.code(202).send({
        message: `The subscriptions are being changed to plan ${bulk.target_plan_id}`,
        workflow_id: started.workflowId,
        run_id: started.runId,
        bulk_change_id,
      })
    },
  })
}
