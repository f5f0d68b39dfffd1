import type { SubscriptionModifyRequest } from '@flexprice/contracts/changes'
import { executeSubscriptionModify, previewSubscriptionModify } from '@flexprice/contracts/operations'
import type { LineChangesOrder, TrialEndOrder } from '@flexprice/contracts/workflows'
import { callerDatabase } from '../caller.ts'
import type { AppConfig } from '../config.ts'
import type { Dependencies } from '../dependencies.ts'
import { expectIdOf } from '../id-kind.ts'
import { type Api, routeOf } from '../route.ts'
import { fullSubscription } from '../subscriptions/full-subscription.ts'
import { madeByChange } from './made-by-change.ts'
import { changedMoney, changedResources } from './plan-change-response.ts'
import { startChange } from './start-change.ts'
import { toldWarnings } from './told-warnings.ts'

/** Quantities and amounts of lines, and a trial's end, previewed or made: they differ in nothing but that. */
function modifyRoute(
  operation: typeof executeSubscriptionModify | typeof previewSubscriptionModify,
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
        const subscriptionId = request.params.id
        const wanted = { mode, subscriptionId, order: orderOf(request.body) }
        const scoped = callerDatabase(database, request)
        const result = await startChange({ temporal, config, closing }, scoped, wanted, { request, reply })
        const changed_resources = changedResources(result, await madeByChange(scoped, result, mode))
        const subscription = await fullSubscription(scoped, subscriptionId)
        return reply.send({
          subscription,
          changed_resources,
          ...changedMoney(result),
          ...toldWarnings(result),
        })
      },
    })
  }
}

export const previewSubscriptionModifyRoute = modifyRoute(previewSubscriptionModify, 'preview')
export const executeSubscriptionModifyRoute = modifyRoute(executeSubscriptionModify, 'execute')

/** Nobody says how: it is prorated, as an update of a subscription is by default elsewhere. */
function orderOf({
  type,
  quantity_change_params,
  line_item_change_params,
  trial_end_params,
}: SubscriptionModifyRequest): LineChangesOrder | TrialEndOrder {
  if (trial_end_params) {
    const trial_end = trial_end_params.new_trial_end?.toISOString() ?? null
    return { kind: 'trial_end', proration_behavior: 'none', trial_end }
  }
  const quantities = (quantity_change_params?.line_items ?? []).map((line) => ({
    ...line,
    amount: undefined,
  }))
  const lines = line_item_change_params?.line_items ?? quantities
  for (const { id } of lines) expectIdOf('lineItem', id)
  return {
    kind: type === 'quantity_change' ? 'quantity_change' : 'line_item_change',
    proration_behavior: 'create_prorations',
    lines: lines.map((line) => ({
      line_item_id: line.id,
      quantity: line.quantity ?? null,
      amount: line.amount ?? null,
    })),
  }
}
