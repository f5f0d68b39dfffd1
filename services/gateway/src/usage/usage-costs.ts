import { calculateCharges } from '@flexprice/activities/charges'
import { pageSizeMax, readChargeFacts, type Scoped, searchSubscriptions } from '@flexprice/database'
import { type Decimal, type Period, sumDecimals } from '@flexprice/domain'

export interface UsageCosts {
  readonly currency: string
  /** What all lines of a meter charge. */
  readonly ofMeter: (meterId: string) => Decimal
}

/**
 * What the customer's subscriptions charge of usage in a time, by the function that bills. Undefined where it
 * has no one answer: subscriptions of several currencies, more than a page of them, or one that cannot be rated.
 */
export async function usageCosts(
  scoped: Scoped,
  customerId: string,
  window: Period,
): Promise<UsageCosts | undefined> {
  const { items, total } = await searchSubscriptions(scoped, {
    customer_id: customerId,
    subscription_status: ['active', 'trialing', 'paused', 'incomplete', 'cancelled'],
    limit: pageSizeMax,
  })
  const [first] = items
  if (!first || total > items.length || items.some(({ currency }) => currency !== first.currency))
    return undefined
  const facts = await readChargeFacts(
    scoped,
    items.map(({ id }) => id),
  )
  const outcomes = await calculateCharges(scoped, facts, {
    choiceOf: () => ({ kind: 'window', window }),
    seenBy: null,
  })
  if (outcomes.some((outcome) => 'error' in outcome)) return undefined
  const charges = outcomes.flatMap((outcome) => ('error' in outcome ? [] : outcome.charges))
  const byMeter = Map.groupBy(charges, ({ line }) => line.price.meter_id)
  return {
    currency: first.currency,
    ofMeter: (meterId) => sumDecimals((byMeter.get(meterId) ?? []).map(({ amount }) => amount)),
  }
}
