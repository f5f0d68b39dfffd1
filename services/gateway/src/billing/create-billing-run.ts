import { createBillingRun } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { type BillingRunRow, insertBillingRun } from '@flexprice/database/billing'
import { readNow } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import { refuseUnknownSubscriptions } from '@flexprice/database/subscriptions'
import { invalid } from '@flexprice/domain'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from '../subscriptions/request-key.ts'

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
      const run = await insertBillingRun(scoped, asked, now)
      return reply.code(202).send({
        message: dryRun ? 'What is due is being rated' : 'What is due is being billed',
        ...(await executionOf(run, () => {
          const input = { kind: 'run', billing_run_id: run.id } as const
          return temporal.startWorkflow(workflows['cron-billing'], input, scoped.scope)
        })),
        billing_run_id: run.id,
      })
    },
  })
}

/** The one that ran it, if the request came before and has been done; else one that is started, or runs. */
async function executionOf(
  { workflow_id, workflow_run_id, finished_at, canceled_at }: BillingRunRow,
  start: () => Promise<{ readonly workflowId: string; readonly runId: string }>,
) {
  const hasEnded = finished_at !== null || canceled_at !== null
  if (hasEnded && workflow_id !== null && workflow_run_id !== null) {
    return { workflow_id, run_id: workflow_run_id }
  }
  const { workflowId, runId } = await start()
  return { workflow_id: workflowId, run_id: runId }
}
