import type { BulkChangeItemRow, NewBulkChangeItem } from '@flexprice/database/changes'
import type { CodedError } from '@flexprice/domain'
import { equalDecimals, formatDecimal, readDecimal, sumDecimals } from '@flexprice/domain/money'
import type { BulkPlan } from './plan-bulk-page.ts'
import type { PreparedChange } from './prepared-change.ts'

/** What a preview keeps of a subscription. */
export function bulkChangeItem(one: BulkPlan): NewBulkChangeItem {
  const { subscription } = one.facts
  const of = {
    subscription_id: subscription.id,
    customer_id: subscription.customer_id,
    external_customer_id: subscription.external_customer_id,
    from_plan_id: subscription.plan_id,
    currency: subscription.currency,
    version: subscription.version,
    change_id: null,
  }
  if ('error' in one) return { ...of, ...noFigures, outcome: 'left_out', error: itemError(one.error) }
  return { ...of, ...figuresOf(one.prepared), outcome: 'to_change', error: null }
}

const noFigures = {
  change_type: null,
  effective_at: null,
  credit_amount: null,
  charge_amount: null,
  net_amount: null,
}

/** Whether a change is exactly what was previewed of its subscription. */
export function isAsPreviewed(item: BulkChangeItemRow, prepared: PreparedChange): boolean {
  const now = figuresOf(prepared)
  return (
    item.change_type === now.change_type &&
    item.effective_at?.getTime() === now.effective_at.getTime() &&
    isSame(item.credit_amount, now.credit_amount) &&
    isSame(item.charge_amount, now.charge_amount)
  )
}

function isSame(kept: string | null, now: string): boolean {
  return kept !== null && equalDecimals(readDecimal(kept), readDecimal(now))
}

function figuresOf({ planned }: PreparedChange) {
  return {
    change_type: planned.changeType,
    effective_at: planned.at,
    credit_amount: formatDecimal(sumDecimals(planned.credits.map(({ amount }) => amount))),
    charge_amount: formatDecimal(sumDecimals(planned.charges.map(({ amount }) => amount))),
    net_amount: formatDecimal(planned.net),
  }
}

export function itemError({ code, message }: Pick<CodedError, 'code' | 'message'>) {
  return { code, message }
}
