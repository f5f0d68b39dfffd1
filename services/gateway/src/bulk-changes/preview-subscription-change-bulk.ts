import type { PreviewBulkChangeRequest } from '@flexprice/contracts/changes'
import { previewSubscriptionChangeBulk } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { getPlan } from '@flexprice/database/catalog'
import { insertBulkChange } from '@flexprice/database/changes'
import { readNow } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import { refuseUnknownSubscriptions } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from '../subscriptions/request-key.ts'
import { refuseUnpriced } from './refuse-unpriced.ts'

/** What is asked for is stored before its workflow starts: a list does not fit into one's input, and it is what is executed. */
export function previewSubscriptionChangeBulkRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(previewSubscriptionChangeBulk),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body } = request
      for (const planId of [body.plan_id, body.target_plan_id]) {
        if (planId === undefined) continue
        expectIdOf('plan', planId)
        await getPlan(scoped, planId)
      }
      if (body.subscription_ids) {
        await refuseUnknownSubscriptions(scoped, body.subscription_ids, 'subscription_ids')
      }
      const now = await readNow(scoped)
      await refuseUnpriced(scoped, body, now)
      const asked = {
        ...bulkChangeOf(body),
        idempotency_key: requestKey(request),
        request_hash: requestHash(body),
      }
      const bulk_change_id = await insertBulkChange(scoped, asked, now)
      const input = { mode: 'preview_bulk', bulk_change_id } as const
      const started = await temporal.startWorkflow(workflows['subscription-change'], input, scoped.scope)
      return reply.code(202).send({
        message: `The change to plan ${body.target_plan_id} is being previewed`,
        workflow_id: started.workflowId,
        run_id: started.runId,
        bulk_change_id,
      })
    },
  })
}

function bulkChangeOf(body: PreviewBulkChangeRequest) {
  const { target_plan_id, proration_behavior, change_at, supersede } = body
  return {
    plan_id: body.plan_id ?? null,
    subscription_ids: body.subscription_ids ? [...new Set(body.subscription_ids)] : null,
    currency: body.currency ?? null,
    billing_period: body.billing_period ?? null,
    started_before: body.started_before ?? null,
    ...{ target_plan_id, proration_behavior, change_at, supersede },
  }
}
