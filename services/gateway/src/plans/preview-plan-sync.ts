import { previewPlanSync } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { getPlan, priceChanges } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import { storeSyncPreview } from '@flexprice/database/price-sync'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from '../subscriptions/request-key.ts'

/** The edits are stored before the workflow starts: they are what is applied later, too. */
export function previewPlanSyncRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(previewPlanSync),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { id: planId } = request.params
      const { prices } = request.body
      expectIdOf('plan', planId)
      await getPlan(scoped, planId)
      const { id: preview_id } = await storeSyncPreview(scoped, {
        planId,
        edits: prices.map((edit) => ({
          priceId: edit.price_id,
          changes: priceChanges(edit),
          effectiveFrom: edit.effective_from,
          effectiveAt: edit.effective_at,
        })),
        idempotencyKey: requestKey(request),
        requestHash: requestHash({ planId, prices }),
        now: await readNow(scoped),
      })
      const input = { kind: 'sync_preview', preview_id } as const
      const started = await temporal.startWorkflow(workflows['calculate-charges'], input, scoped.scope)
      return reply.code(202).send({
        message: `The price change of plan ${planId} is being previewed`,
        workflow_id: started.workflowId,
        run_id: started.runId,
        preview_id,
      })
    },
  })
}
