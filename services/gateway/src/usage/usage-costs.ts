import { calculateCharges } from '@flexprice/activities/charges'
import { readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { pageSizeMax } from '@flexprice/database/search'
import { searchSubscriptions } from '@flexprice/database/subscriptions'
import { type Decimal, sumDecimals } from '@flexprice/domain/money'
import type { Period } from '@flexprice/domain/time'

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
