import type { SubscriptionChangePreviewResponse } from '@flexprice/contracts/changes'
import type { SubscriptionChangeResult } from '@flexprice/contracts/workflows'

/** Days are whole ones of 24 hours, for people: amounts go by milliseconds. Both together are the period's. */
export function prorationDetails({
  proration,
  effective_at,
}: SubscriptionChangeResult): NonNullable<SubscriptionChangePreviewResponse['proration_details']> {
  const [from, at, until] = [proration.period_start, effective_at, proration.period_end].map(Date.parse)
  const all = days(from, until)
  const used = Math.min(days(from, at), all)
  return {
    currency: proration.currency,
    credit_amount: proration.credit_amount,
    charge_amount: proration.charge_amount,
    net_amount: proration.net_amount,
    current_period_start: new Date(proration.period_start),
    current_period_end: new Date(proration.period_end),
    proration_date: new Date(effective_at),
    days_used: used,
    days_remaining: all - used,
  }
}

const dayMs = 86_400_000

function days(from = 0, until = 0): number {
  return Math.max(0, Math.round((until - from) / dayMs))
}
