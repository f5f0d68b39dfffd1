import { createBillingRun } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { insertBillingRun } from '@flexprice/database/billing'
import { readNow } from '@flexprice/database/connection'
import { refuseUnknownSubscriptions } from '@flexprice/database/subscriptions'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { requestHash, requestKey } from '../subscriptions/request-key.ts'

/** What may be billed is stored before its workflow starts, as a list of ids does not fit into one's input. */
export function createBillingRunRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(createBillingRun),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { as_of: asOf, subscription_ids: ids, dry_run: dryRun = false } = request.body
      const now = await readNow(scoped)
      if (asOf !== undefined && asOf > now) {
        const message = `must not be ahead of the environment's clock, which says ${now.toISOString()}`
        throw invalid([{ path: 'as_of', message }])
      }
      if (ids) await refuseUnknownSubscriptions(scoped, ids, 'subscription_ids')
      const asked = {
        requestKey: requestKey(request),
        requestHash: requestHash(request.body),
        trigger: 'request',
        asOf: asOf ?? now,
        subscriptionIds: ids ? [...new Set(ids)] : null,
        dryRun,
      } as const
      const billing_run_id = await insertBillingRun(scoped, asked, now)
      const input = { kind: 'run', billing_run_id } as const
      const started = await temporal.startWorkflow(workflows['cron-billing'], input, scoped.scope)
      return reply.code(202).send({
        message: dryRun ? 'What is due is being rated' : 'What is due is being billed',
        workflow_id: started.workflowId,
        run_id: started.runId,
        billing_run_id,
      })
    },
  })
}
