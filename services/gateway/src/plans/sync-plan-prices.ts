import { syncPlanPrices } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { getPlan } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { applySyncPreview, noteSyncOfPreview } from '@flexprice/database/price-sync'
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
      const { preview_id: previewId } = request.body
      expectIdOf('plan', plan_id)
      // A sync of a plan that is not there would be answered as started, and fail where nobody looks.
      await getPlan(scoped, plan_id)
      const contract = workflows['price-sync']
      const earlierRunId =
        previewId === undefined ? null : await applyPreview(scoped, { planId: plan_id, previewId })
      const started =
        earlierRunId === null
          ? await temporal.startWorkflow(contract, { plan_id }, scoped.scope)
          : {
              workflowId: contract.workflowId(scoped.scope.environmentId, { plan_id }),
              runId: earlierRunId,
            }
      if (previewId !== undefined) await noteSyncOfPreview(scoped, previewId, started.runId)
      return reply.send({
        message: `The prices of plan ${plan_id} are being synced to its subscriptions`,
        workflow_id: started.workflowId,
        run_id: started.runId,
      })
    },
  })
}

/**
 * The sync is started behind it: under an Idempotency-Key before the edits are committed, but then it waits for
 * their lock.
 *
 * @returns the run that an earlier request started for it
 */
async function applyPreview(
  scoped: Scoped,
  { planId, previewId }: { planId: string; previewId: string },
): Promise<string | null> {
  expectIdOf('syncPreview', previewId)
  const preview = await applySyncPreview(scoped, { planId, previewId, now: await readNow(scoped) })
  return preview.applied_run_id
}
