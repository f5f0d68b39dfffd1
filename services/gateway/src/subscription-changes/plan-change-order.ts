import type { SubscriptionChangeRequest } from '@flexprice/contracts/changes'
import type { PlanChangeOrder } from '@flexprice/contracts/workflows'
import { assert } from '@flexprice/domain'
import { isRecurring } from '@flexprice/domain/time'
import { expectIdOf } from '../id-kind.ts'

/** What the first version of the call asks for: its period, which it always says, may be the present one. */
export function planChangeOrder(body: SubscriptionChangeRequest): PlanChangeOrder {
  const { billing_period, billing_period_count = 1, billing_cycle } = body
  expectIdOf('plan', body.target_plan_id)
  assert(isRecurring(billing_period), 'the schema refuses others')
  return {
    kind: 'plan_change',
    target_plan_id: body.target_plan_id,
    proration_behavior: body.proration_behavior,
    change_at: body.change_at,
    supersede: body.supersede ?? false,
    period: { billing_period, billing_period_count, billing_cycle },
  }
}
