import type { FieldProblem } from '../errors.ts'
import type { PriceType } from '../price/price-terms.ts'
import type { BillingPeriod } from '../time/billing-period.ts'
import { isRecurring } from '../time/billing-period.ts'
import { toInstant, toLocal } from '../time/time-zone.ts'

/** What of a plan's price decides a trial, by the contract's field names. */
export interface TrialTerms {
  readonly type: PriceType
  readonly billing_period: BillingPeriod
  readonly trial_period_days: number
}

/**
 * How long a subscription's trial is: the days asked for (0 is no trial), else the uniform
 * `trial_period_days` of the recurring FIXED prices that make its lines. Differing ones are a problem
 * of the request, which can say the days itself (billing rules, section 7).
 */
export function trialDays(
  explicit: number | null | undefined,
  prices: readonly TrialTerms[],
): { readonly days: number } | { readonly problem: FieldProblem } {
  if (explicit != null) return { days: explicit }
  const lengths = new Set(
    prices
      .filter(({ type, billing_period }) => type === 'FIXED' && isRecurring(billing_period))
      .map(({ trial_period_days }) => trial_period_days),
  )
  if (lengths.size <= 1) return { days: [...lengths][0] ?? 0 }
  const found = [...lengths].sort((left, right) => left - right).join(', ')
  const message = `must be given: the plan's prices have different trials (${found} days)`
  return { problem: { path: 'trial_period_days', message } }
}

/** A day is a local day: a trial ends at the start's wall-clock time, however the clocks change in it. */
export function trialEnd(start: Date, days: number, timeZone: string): Date {
  return toInstant(toLocal(start, timeZone).add({ days }))
}
