import type { Subscribe } from '../lives/step.ts'
import { customerOf, type Product } from './product.ts'

/** A subscription's terms as the API's request says them. */
export function subscriptionBody({ planId }: Product, { subscription, terms }: Subscribe) {
  const { anchor, end } = terms
  return {
    ...{ external_customer_id: customerOf(subscription), plan_id: planId, currency: 'usd' },
    ...{ billing_period: terms.period, billing_period_count: terms.count, timezone: terms.zone },
    ...{ billing_cycle: terms.cycle, trial_period_days: terms.trialDays },
    ...(anchor === null ? {} : { billing_anchor: instant(anchor) }),
    ...(end === null ? {} : { end_date: instant(end) }),
    start_date: instant(terms.start),
    proration_behavior: terms.isProrated ? 'create_prorations' : 'none',
  }
}

export function instant(at: number): string {
  return new Date(at).toISOString()
}
