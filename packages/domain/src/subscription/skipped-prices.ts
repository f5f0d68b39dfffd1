import { isRecurring } from '../time/billing-period.ts'
import {
  isCompatible,
  linesOf,
  type PlannedLine,
  type PlanPriceTerms,
  type SubscriptionTerms,
} from './subscription-lines.ts'

/** Why a price of the plan bills a subscription nothing, for ever or as yet. */
export const priceSkips = ['other_currency', 'other_period', 'ended', 'not_at_work_yet'] as const
export type PriceSkip = (typeof priceSkips)[number]

export interface SkippedPrice {
  /** Of each chain its newest version, or the one that is at work first. */
  readonly priceId: string
  readonly reason: PriceSkip
  /** What of the price is not the subscription's. */
  readonly message: string
}

/**
 * What a subscription has not of its plan from its start on (billing rules, section 7): each chain that brings no line,
 * and each whose first line begins later. A caller who wrote a plan for another period or currency sees it here.
 */
export function skippedPrices<Price extends PlanPriceTerms & { readonly id: string }>(
  subscription: SubscriptionTerms & { readonly end: Date | null },
  prices: readonly Price[],
): SkippedPrice[] {
  const { start, end } = subscription
  const lines = linesOf(subscription, prices).filter((line) => !end || line.start < end)
  const linesOfChain = Map.groupBy(lines, ({ price }) => price.root_price_id)
  return [...Map.groupBy(prices, (price) => price.root_price_id)].flatMap(([root, versions]) => {
    const first = earliest(linesOfChain.get(root) ?? [])
    if (first) return first.start > start ? [skipped(first.price, 'not_at_work_yet')] : []
    const newest = versions.reduce((one, other) => (other.start_date > one.start_date ? other : one))
    return [skipped(newest, reasonOf(subscription, newest))]
  })
}

function earliest<Price>(lines: readonly PlannedLine<Price>[]): PlannedLine<Price> | undefined {
  return lines.toSorted((left, right) => left.start.getTime() - right.start.getTime())[0]
}

function reasonOf(
  subscription: SubscriptionTerms & { readonly end: Date | null },
  price: PlanPriceTerms,
): PriceSkip {
  if (price.currency !== subscription.currency) return 'other_currency'
  if (!isCompatible(subscription, price)) return 'other_period'
  const isOver =
    price.end_date && (price.end_date <= subscription.start || price.end_date <= price.start_date)
  return isOver ? 'ended' : 'not_at_work_yet'
}

function skipped(price: PlanPriceTerms & { readonly id: string }, reason: PriceSkip): SkippedPrice {
  return { priceId: price.id, reason, message: words(price, reason) }
}

function words(price: PlanPriceTerms, reason: PriceSkip): string {
  switch (reason) {
    case 'other_currency':
      return `is in ${price.currency}`
    case 'other_period':
      return isRecurring(price.billing_period)
        ? `bills each ${price.billing_period_count} × ${price.billing_period}`
        : 'bills once'
    case 'ended':
      return `ended at ${price.end_date?.toISOString()}`
    case 'not_at_work_yet':
      return `is at work from ${price.start_date.toISOString()} on`
  }
}
