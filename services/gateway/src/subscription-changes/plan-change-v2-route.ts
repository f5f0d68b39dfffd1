import type { SubscriptionPlanChangeRequest } from '@flexprice/contracts/changes'
import {
  executeSubscriptionPlanChangeV2,
  previewSubscriptionPlanChangeV2,
} from '@flexprice/contracts/operations'
import type { PlanChangeOrder } from '@flexprice/contracts/workflows'
import { assert } from '@flexprice/domain'
import { isRecurring } from '@flexprice/domain/time'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { fullSubscription } from '../subscriptions/full-subscription.ts'
import { madeByChange } from './made-by-change.ts'
import { planChangeResponse } from './plan-change-response.ts'
import { startChange } from './start-change.ts'

/** The second version of the call, previewed or made: they differ in nothing but that. */
function planChangeV2Route(
  operation: typeof executeSubscriptionPlanChangeV2 | typeof previewSubscriptionPlanChangeV2,
  mode: 'preview' | 'execute',
) {
  /** @param closing aborts when the process is to stop: whoever waits is told of the workflow instead */
  return (
    api: Api,
    { database, temporal }: Pick<Dependencies, 'database' | 'temporal'>,
    config: Pick<AppConfig, 'waitMsMax'>,
    closing: AbortSignal,
  ): void => {
    api.route({
      ...routeOf(operation),
      async handler(request, reply) {
        const { metadata, idempotency_key: key } = request.body
        const subscriptionId = request.params.id
        const wanted = { mode, subscriptionId, order: orderOf(request.body), key }
        const scoped = callerDatabase(database, request)
        const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
        const made = await madeByChange(scoped, result, mode)
        const subscription = await fullSubscription(scoped, subscriptionId)
        const { billing_period_behaviour: behaviour } = request.body
        return reply.send({ ...planChangeResponse(result, made, behaviour), subscription, metadata })
      },
    })
  }
}

export const previewSubscriptionPlanChangeV2Route = planChangeV2Route(
  previewSubscriptionPlanChangeV2,
  'preview',
)
export const executeSubscriptionPlanChangeV2Route = planChangeV2Route(
  executeSubscriptionPlanChangeV2,
  'execute',
)

function orderOf(body: SubscriptionPlanChangeRequest): PlanChangeOrder {
  expectIdOf('plan', body.target_plan_id)
  return {
    kind: 'plan_change',
    target_plan_id: body.target_plan_id,
    proration_behavior: body.proration_behavior,
    change_at: body.change_at,
    supersede: body.on_conflict_policies?.on_pending_schedule === 'supersede',
    period: periodOf(body),
  }
}

function periodOf({
  billing_period_behaviour: behaviour,
  billing_period_config: config = {},
}: SubscriptionPlanChangeRequest): PlanChangeOrder['period'] {
  if (behaviour === 'unchanged') return null
  const { billing_period_unit: unit = null } = config
  assert(unit === null || isRecurring(unit), 'the schema refuses others')
  return {
    billing_period: unit,
    billing_period_count: config.billing_period_count ?? null,
    billing_cycle: config.billing_cycle ?? 'anniversary',
    moves_anchor: true,
    billing_anchor: config.billing_anchor?.toISOString() ?? null,
  }
}
