import type { PriceRow } from '@flexprice/database/catalog'
import type { PlanFacts, SubscriptionFacts } from '@flexprice/database/subscriptions'
import { type PlannedLine, type Schedule, unpricedTime } from '@flexprice/domain/subscription'
import { isRecurring, type Lifetime, later } from '@flexprice/domain/time'
import { type LinePlan, priceOf } from './plan-lines.ts'
import { namesOf, unpricedUsage } from './unpriced-usage.ts'

export interface CreatedLines {
  readonly end: Date | null
  readonly lines: readonly LinePlan[]
  /** What the request has left out by its own will: nothing is said of it. */
  readonly excluded: readonly PlannedLine<PriceRow>[]
  readonly plan: PlanFacts
  readonly meters: SubscriptionFacts['meters']
  /** Another subscription of the customer to the plan. */
  readonly sibling: string | undefined
  readonly now: Date
}

/**
 * What the caller did not ask for and may not expect: the time since the start that no price of the plan bills, or some
 * of its prices do not, usage of the plan's features that none will ever bill, and usage that another bills as well.
 */
export function creationWarnings({ firstPaidPeriod }: Schedule, created: CreatedLines): string[] {
  return [
    ...(firstPaidPeriod ? unpricedTimes({ start: firstPaidPeriod.start, end: created.end }, created) : []),
    ...unpricedFeatures(created),
    ...twiceBilled(created),
  ]
}

function unpricedTimes(subscription: Lifetime, { lines, now }: CreatedLines): string[] {
  const recurring = lines.filter((line) => isRecurring(priceOf(line).billing_period))
  const gaps = unpricedTime(subscription, recurring, now)
  const texts = gaps.map(({ start, end }) => {
    const time = end
      ? `from ${start.toISOString()} to ${end.toISOString()}`
      : `from ${start.toISOString()} on`
    return `No price of the plan is at work ${time}: nobody will be billed for that time`
  })
  // Until then none of them is at work, which is told already.
  const [first] = gaps
  const allLate = first?.start.getTime() === subscription.start.getTime() ? first.end : subscription.start
  return allLate ? [...texts, ...latePrices({ start: subscription.start, allLate }, recurring, now)] : texts
}

/** Prices that begin behind the start of a subscription that began in the past: one text for each instant. */
function latePrices(
  { start, allLate }: { start: Date; allLate: Date },
  lines: readonly LinePlan[],
  now: Date,
): string[] {
  const chains = Map.groupBy(lines, ({ planPrice }) => planPrice.root_price_id)
  const late = [...chains.values()].flatMap((chain) => {
    const [first] = chain.toSorted((left, right) => left.start.getTime() - right.start.getTime())
    return first && first.start > allLate && first.start <= now ? [first] : []
  })
  return [...Map.groupBy(late, (line) => line.start.getTime())].map(([ms, ofInstant]) => {
    const names = namesOf(ofInstant.map(({ planPrice }) => planPrice.display_name || planPrice.id))
    const time = `from ${start.toISOString()} to ${later(start, new Date(ms)).toISOString()}`
    return `Not all prices of the plan are at work ${time}: nothing will be billed for that time by ${names}`
  })
}

function unpricedFeatures({ plan, lines, excluded, meters }: CreatedLines): string[] {
  const priced = new Set([
    ...lines.map((line) => priceOf(line).meter_id),
    ...excluded.map(({ price }) => price.meter_id),
  ])
  return unpricedUsage({ ...plan, meters }, priced)
}

/** Events are a customer's, not a subscription's. */
function twiceBilled({ lines, meters, sibling }: CreatedLines): string[] {
  const ids = new Set(lines.flatMap((line) => priceOf(line).meter_id ?? []))
  if (!sibling || ids.size === 0) return []
  const names = namesOf([...ids].map((id) => meters.get(id)?.name ?? id))
  return [
    `Subscription ${sibling} of the customer has this plan, too: each bills all of its usage of ${names}`,
  ]
}
