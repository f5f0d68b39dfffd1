import type { FieldProblem } from '../errors.ts'
import type { BillingPeriod } from '../time/billing-period.ts'

interface Terms {
  readonly currency: string
  readonly billing_period: BillingPeriod
  readonly billing_period_count: number
}

/**
 * Why a price cannot be a line of the subscription; empty when it can. A plan's price needs the
 * subscription's currency, period and count, or is ONETIME. One of the subscription's own may also have a
 * longer period (billing rules, section 5): it bills in the invoice that holds its boundary.
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
  } else if (!isAsLong(price, subscription)) {
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

const lengths = {
  DAILY: { days: 1, months: 0 },
  WEEKLY: { days: 7, months: 0 },
  MONTHLY: { days: 0, months: 1 },
  QUARTERLY: { days: 0, months: 3 },
  HALF_YEARLY: { days: 0, months: 6 },
  ANNUAL: { days: 0, months: 12 },
  ONETIME: { days: 0, months: 0 },
} as const satisfies Record<BillingPeriod, { days: number; months: number }>

const shortestMonthDays = 28
const longestMonthDays = 31

/** Surely as long: where days meet months, by the shortest month of the price and the longest of the subscription. */
function isAsLong(price: Terms, subscription: Terms): boolean {
  const [left, right] = [lengthOf(price), lengthOf(subscription)]
  if (left.months > 0 && right.months > 0) return left.months >= right.months
  return left.days + left.months * shortestMonthDays >= right.days + right.months * longestMonthDays
}

function lengthOf({ billing_period, billing_period_count }: Terms): { days: number; months: number } {
  const { days, months } = lengths[billing_period]
  return { days: days * billing_period_count, months: months * billing_period_count }
}
