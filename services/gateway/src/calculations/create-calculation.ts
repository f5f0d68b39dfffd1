import type { CreateCalculationRequest } from '@flexprice/contracts/calculations'
import { createCalculation } from '@flexprice/contracts/operations'
import { workflows } from '@flexprice/contracts/workflows'
import { insertCalculation } from '@flexprice/database/calculations'
import { getPlan } from '@flexprice/database/catalog'
import { readNow } from '@flexprice/database/connection'
import { requestHash } from '@flexprice/database/idempotency'
import { refuseUnknownSubscriptions } from '@flexprice/database/subscriptions'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { requestKey } from '../subscriptions/request-key.ts'

/** What is calculated is stored before its workflow starts, as it does not fit into one's input. */
export function createCalculationRoute(
  api: Api,
  { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
): void {
  api.route({
    ...routeOf(createCalculation),
    async handler(request, reply) {
      const scoped = callerDatabase(database, request)
      const { body } = request
      if (body.plan_id !== undefined) {
        expectIdOf('plan', body.plan_id)
        await getPlan(scoped, body.plan_id)
      }
      if (body.subscription_ids) {
        await refuseUnknownSubscriptions(scoped, body.subscription_ids, 'subscription_ids')
      }
      const asked = {
        ...calculationOf(body),
        idempotencyKey: requestKey(request),
        requestHash: requestHash(body),
      }
      const calculation_id = await insertCalculation(scoped, asked, await readNow(scoped))
      const contract = workflows['calculate-charges']
      const input = { kind: 'calculation', calculation_id } as const
      const started = await temporal.startWorkflow(contract, input, scoped.scope)
      return reply.code(202).send({
        message: 'The charges are being calculated',
        workflow_id: started.workflowId,
        run_id: started.runId,
        calculation_id,
      })
    },
  })
}

function calculationOf(body: CreateCalculationRequest) {
  const { period_start: start, period_end: end } = body
  return {
    planId: body.plan_id ?? null,
    subscriptionIds: body.subscription_ids ? [...new Set(body.subscription_ids)] : null,
    window: start && end ? { start, end } : null,
    createsDrafts: body.create_drafts ?? false,
  }
}
