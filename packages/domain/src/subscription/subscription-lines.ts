import type { BillingPeriod, RecurringPeriod } from '../time/billing-period.ts'
import { isRecurring } from '../time/billing-period.ts'
import { later } from '../time/period.ts'
import { type Boundaries, type PriceVersion, reachedVersions } from './version-reach.ts'

/** What of a plan's price decides whether a subscription gets a line of it, by the contract's field names. */
export interface PlanPriceTerms {
  /** The first price of its chain: the price itself, or the one that edits have replaced. */
  readonly root_price_id: string
  readonly currency: string
  readonly billing_period: BillingPeriod
  readonly billing_period_count: number
  readonly start_date: Date
  readonly end_date: Date | null
}

/** What of a plan's price decides from when to when a subscription that begins has a line of it. */
export type PlanVersion = PlanPriceTerms & PriceVersion

export interface SubscriptionTerms {
  readonly currency: string
  readonly period: RecurringPeriod
  readonly count: number
  readonly start: Date
}

/** A price at work in `[start, end)`; no end is for ever. */
export interface PlannedLine<Price> {
  readonly price: Price
  readonly start: Date
  readonly end: Date | null
}

/**
 * The lines that a plan's prices make for a subscription that begins (billing rules, section 7): of
 * each compatible price that is at work at or after the subscription's start, scheduled ones included,
 * from the later of the two starts to the price's end. Of a chain of ONETIME prices only the earliest
 * makes a line, as each would bill once and the chain with them twice.
 * None: the plan cannot be subscribed to like that.
 */
export function linesOf<Price extends PlanPriceTerms>(
  subscription: SubscriptionTerms,
  prices: readonly Price[],
): PlannedLine<Price>[] {
  const lines = prices
    .filter((price) => isCompatible(subscription, price))
    .map((price) => ({ price, start: later(subscription.start, price.start_date), end: price.end_date }))
    .filter(({ start, end }) => end === null || end > start)
  const earliest = new Map<string, PlannedLine<Price>>()
  for (const line of lines) {
    const other = earliest.get(line.price.root_price_id)
    if (other === undefined || line.start < other.start) earliest.set(line.price.root_price_id, line)
  }
  return lines.filter(
    (line) => isRecurring(line.price.billing_period) || earliest.get(line.price.root_price_id) === line,
  )
}

/**
 * The same where versions may wait for the subscription's periods: what is new to it has each as it begins; where it
 * begins before one that waits, that one comes at its boundary, as in all that run then.
 */
export function linesReached<Price extends PlanVersion>(
  subscription: SubscriptionTerms,
  prices: readonly Price[],
  boundaries: Omit<Boundaries, 'since'>,
): PlannedLine<Price>[] {
  const reached = reachedVersions(prices, { ...boundaries, since: subscription.start })
  const byId = new Map(prices.map((price) => [price.id, price]))
  return linesOf(subscription, reached).map(({ price, ...line }) => ({
    ...line,
    // With its own dates: when it is at work here is the line's to say.
    price: byId.get(price.id) ?? price,
  }))
}

/** Same currency, period and count; a ONETIME price fits every period. */
export function isCompatible(
  subscription: Pick<SubscriptionTerms, 'currency' | 'period' | 'count'>,
  price: Pick<PlanPriceTerms, 'currency' | 'billing_period' | 'billing_period_count'>,
): boolean {
  if (price.currency !== subscription.currency) return false
  if (!isRecurring(price.billing_period)) return true
  return price.billing_period === subscription.period && price.billing_period_count === subscription.count
}
