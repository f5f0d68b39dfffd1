import type { PlanChangeOrder } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { type PlanFacts, readSubscriptionFacts } from '@flexprice/database/subscriptions'
import { CodedError, invalid, notFound } from '@flexprice/domain'
import { planChange } from '@flexprice/domain/change'
import { isSameLength } from '@flexprice/domain/time'
import { changeFacts, comingLine, planPrices } from './change-line.ts'
import type { ChangeKind, HeldSubscription, PreparedChange } from './prepared-change.ts'

/**
 * To another plan (billing rules, section 8): in place, at once.
 *
 * @throws not_found for a plan that is not there
 */
export const planChangeKind: ChangeKind<PlanChangeOrder> = async (transaction, order) => {
  const plan = await holdPlan(transaction, order.target_plan_id)
  return (held) => {
    refuseSamePlan(held, plan)
    refuseNotBuilt(held, order)
    const planned = planChange(
      changeFacts(held.facts, held.billed),
      {
        kind: 'plan_change',
        behavior: order.proration_behavior,
        prices: planPrices(plan.prices),
        make: comingLine,
      },
      held.now,
    )
    if (planned.opened.length === 0) throw noCompatiblePrice(held, plan)
    return prepared(planned, plan)
  }
}

async function holdPlan(transaction: Scoped, id: string): Promise<PlanFacts> {
  const facts = await readSubscriptionFacts(transaction, {
    ...{ customerIds: [], externalCustomerIds: [], planIds: [id] },
    ...{ entitlementIds: [], idempotencyKeys: [], areListsOthers: false },
  })
  const plan = facts.plans.get(id)
  if (!plan) throw notFound('Plan', id)
  return plan
}

function prepared(
  planned: PreparedChange['planned'],
  { id, name, price_sequence }: PlanFacts,
): PreparedChange {
  return {
    planned,
    subscription: { plan_id: id, synced_price_sequence: price_sequence },
    toPlan: { id, name },
  }
}

function refuseSamePlan({ facts: { subscription } }: HeldSubscription, { id }: PlanFacts): void {
  if (subscription.plan_id !== id) return
  throw invalid([{ path: 'target_plan_id', message: 'is the plan that the subscription has already' }])
}

function refuseNotBuilt({ facts: { subscription } }: HeldSubscription, order: PlanChangeOrder): void {
  const { period } = order
  if (order.change_at === 'end_of_period') throw notBuilt('change_at', 'end_of_period is not implemented')
  if (period === null) return
  const own = { period: subscription.billing_period, count: subscription.billing_period_count }
  if (!isSameLength({ period: period.billing_period, count: period.billing_period_count }, own)) {
    throw notBuilt('billing_period', 'another one than the subscription has is not implemented')
  }
}

function notBuilt(path: string, message: string): CodedError {
  return new CodedError('not_implemented', `${path}: ${message}`, {
    details: { fields: [{ path, message }] },
  })
}

function noCompatiblePrice({ facts: { subscription } }: HeldSubscription, { id }: PlanFacts): CodedError {
  const { currency, billing_period, billing_period_count } = subscription
  const what = `has no price in ${currency} each ${billing_period_count} × ${billing_period} that is at work then or later`
  return invalid([{ path: 'target_plan_id', message: `plan ${id} ${what}` }])
}
