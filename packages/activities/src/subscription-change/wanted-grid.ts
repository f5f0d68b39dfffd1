import type { PlanChangeOrder } from '@flexprice/contracts/workflows'
import { type CodedError, notImplemented } from '@flexprice/domain'
import { type ChangeFacts, type GridChange, gridChange, linesBoundToGrid } from '@flexprice/domain/change'
import type { ChangeLine } from './change-line.ts'
import type { HeldSubscription } from './prepared-change.ts'

/**
 * The grid that a change of plan puts in the place of the subscription's, at the instant that is given as its now; null
 * where period and anchor stay.
 *
 * @throws not_implemented for one with lines of its own that are bound to the old grid, or that is not billed yet
 */
export function wantedGrid(
  { facts: { subscription }, now }: HeldSubscription,
  { period }: PlanChangeOrder,
  facts: ChangeFacts<ChangeLine>,
): GridChange | null {
  if (period === null) return null
  const { billing_period, billing_period_count: count, billing_cycle, billing_anchor, moves_anchor } = period
  const isSame =
    (billing_period ?? subscription.billing_period) === subscription.billing_period &&
    (count ?? subscription.billing_period_count) === subscription.billing_period_count &&
    billing_cycle === subscription.billing_cycle
  if (isSame && !moves_anchor) return null
  const anchor = billing_anchor ? new Date(billing_anchor) : null
  const wish = { period: billing_period, count, billingCycle: billing_cycle, anchor }
  const change = gridChange(facts, wish, now)
  const field = moves_anchor === undefined ? 'billing_period' : 'billing_period_behaviour'
  if (subscription.bill_from && subscription.bill_from > now) {
    const from = subscription.bill_from.toISOString()
    throw notImplemented(
      field,
      `another period before the subscription is billed, from ${from} on, is not implemented`,
    )
  }
  const [bound] = linesBoundToGrid(facts, change, now)
  if (bound) throw boundLine(field, bound)
  return change
}

function boundLine(field: string, { id }: ChangeLine): CodedError {
  const message = `another period is not implemented with the subscription's own line ${id}, which goes by the present one: end it first`
  return notImplemented(field, message)
}
