import type { PlanChangeOrder } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { applicationAt } from '@flexprice/database/grants'
import { type PlanFacts, readSubscriptionFacts } from '@flexprice/database/subscriptions'
import { type CodedError, invalid, notFound, notImplemented } from '@flexprice/domain'
import { planChange } from '@flexprice/domain/change'
import { isSameLength } from '@flexprice/domain/time'
import { createSharedTerms } from '../calculate-charges/cycle-lines.ts'
import { changeFacts, comingLine, planPrices } from './change-line.ts'
import type { ChangeKind, HeldSubscription, PreparedChange } from './prepared-change.ts'

/**
 * To another plan (billing rules, section 8): in place.
 *
 * @throws not_found for a plan that is not there
 */
export const planChangeKind: ChangeKind<PlanChangeOrder> = async (transaction, order) => {
  const id = order.target_plan_id
  const plan = (await sharePlanFacts(transaction, [id])).get(id)
  if (!plan) throw notFound('Plan', id)
  return preparePlanChange(plan, order)
}

/**
 * What is changed once the subscription is held, at the instant that is given as its now; for a page of subscriptions, too,
 * as what their prices share is made once.
 */
export function preparePlanChange(plan: PlanFacts, order: PlanChangeOrder) {
  const shared = createSharedTerms()
  const prices = planPrices(plan.prices)
  return (held: HeldSubscription): PreparedChange => {
    refuseSamePlan(held, plan)
    refuseNotBuilt(held, order)
    const planned = planChange(
      changeFacts(held.facts, held.billed, shared),
      { kind: 'plan_change', behavior: order.proration_behavior, prices, make: comingLine },
      held.now,
    )
    if (planned.opened.length === 0) throw noCompatiblePrice(held, plan)
    return prepared(held, planned, plan)
  }
}

/** Published plans with their prices, held against edits and deletion until the transaction ends. */
export async function sharePlanFacts(
  transaction: Scoped,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, PlanFacts>> {
  const { plans } = await readSubscriptionFacts(transaction, {
    ...{ customerIds: [], externalCustomerIds: [], planIds },
    ...{ entitlementIds: [], idempotencyKeys: [], areListsOthers: false },
  })
  return plans
}

function prepared(
  { facts: { subscription } }: HeldSubscription,
  planned: PreparedChange['planned'],
  { id, name, price_sequence, grants }: PlanFacts,
): PreparedChange {
  return {
    planned,
    subscription: { plan_id: id, synced_price_sequence: price_sequence },
    toPlan: { id, name },
    // Recurring ones begin with the next period, the others not at all.
    applications: grants
      .filter(({ cadence }) => cadence === 'RECURRING')
      .map((grant) =>
        applicationAt(grant, subscription, {
          at: subscription.current_period_end,
          reason: 'first_time_recurring_credit_grant',
        }),
      ),
  }
}

function refuseSamePlan({ facts: { subscription } }: HeldSubscription, { id }: PlanFacts): void {
  if (subscription.plan_id !== id) return
  throw invalid([{ path: 'target_plan_id', message: 'is the plan that the subscription has already' }])
}

function refuseNotBuilt({ facts: { subscription } }: HeldSubscription, order: PlanChangeOrder): void {
  const { period } = order
  if (period === null) return
  const own = { period: subscription.billing_period, count: subscription.billing_period_count }
  if (!isSameLength({ period: period.billing_period, count: period.billing_period_count }, own)) {
    throw notImplemented('billing_period', 'another one than the subscription has is not implemented')
  }
  if (period.billing_cycle !== subscription.billing_cycle) {
    throw notImplemented(
      'billing_cycle',
      `another one than the subscription has (${subscription.billing_cycle}) is not implemented`,
    )
  }
}

function noCompatiblePrice({ facts: { subscription } }: HeldSubscription, { id }: PlanFacts): CodedError {
  const { currency, billing_period, billing_period_count } = subscription
  const what = `has no price in ${currency} each ${billing_period_count} × ${billing_period} that is at work then or later`
  return invalid([{ path: 'target_plan_id', message: `plan ${id} ${what}` }])
}
