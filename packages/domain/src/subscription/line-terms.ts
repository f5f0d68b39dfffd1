import type { FieldProblem } from '../errors.ts'
import type { BillingPeriod } from '../time/billing-period.ts'
import { isAsLong, type PeriodTerms } from '../time/period-length.ts'

interface Terms {
  readonly currency: string
  readonly billing_period: BillingPeriod
  readonly billing_period_count: number
}

/**
 * Why a price cannot be a line of the subscription; empty when it can. A plan's price needs the
 * subscription's currency, period and count, or is ONETIME. One of the subscription's own may also have any
 * longer period, no multiple needed (billing rules, section 5): it bills in the invoice that holds its boundary.
 */
export function validateLineTerms(
  price: Terms,
  subscription: Terms,
  owner: 'plan' | 'subscription',
): FieldProblem[] {
  const problems: FieldProblem[] = []
  if (price.currency !== subscription.currency) {
    problems.push({ path: 'currency', message: `must be the subscription's, ${subscription.currency}` })
  }
  if (price.billing_period === 'ONETIME' || isSamePeriod(price, subscription)) return problems
  const period = `${subscription.billing_period_count} × ${subscription.billing_period}`
  if (owner === 'plan') {
    problems.push({ path: 'billing_period', message: `must be the subscription's, ${period}, or ONETIME` })
  } else if (!isAsLong(lengthOf(price), lengthOf(subscription))) {
    problems.push({
      path: 'billing_period',
      message: `must not be shorter than the subscription's, ${period}`,
    })
  }
  return problems
}

function isSamePeriod(price: Terms, subscription: Terms): boolean {
  return (
    price.billing_period === subscription.billing_period &&
    price.billing_period_count === subscription.billing_period_count
  )
}

function lengthOf({ billing_period: period, billing_period_count: count }: Terms): PeriodTerms {
  return { period, count }
}
