import { calculateCharges, type SubscriptionCharges } from '@flexprice/activities/charges'
import type { CostGap } from '@flexprice/contracts/usage'
import { readChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import { pageSizeMax } from '@flexprice/database/search'
import { searchSubscriptions } from '@flexprice/database/subscriptions'
import type { Period } from '@flexprice/domain/time'

type Charge = SubscriptionCharges['charges'][number]

export interface UsageCosts {
  readonly currency: string
  /** All that the customer's lines of a meter charge. */
  readonly ofMeter: (meterId: string) => readonly Charge[]
}

/** Without costs, why there are none. */
export type ToldCosts = UsageCosts | { readonly gap: CostGap }

/** What the customer's subscriptions charge of usage in a time, by the function that bills. */
export async function usageCosts(scoped: Scoped, customerId: string, window: Period): Promise<ToldCosts> {
  const { items, total } = await searchSubscriptions(scoped, {
    customer_id: customerId,
    subscription_status: ['active', 'trialing', 'paused', 'incomplete', 'cancelled'],
    limit: pageSizeMax,
  })
  const [first] = items
  if (!first) return { gap: 'no_subscription' }
  if (total > items.length) return { gap: 'many_subscriptions' }
  if (items.some(({ currency }) => currency !== first.currency)) return { gap: 'several_currencies' }
  const facts = await readChargeFacts(
    scoped,
    items.map(({ id }) => id),
  )
  const outcomes = await calculateCharges(scoped, facts, {
    choiceOf: () => ({ kind: 'window', window }),
    seenBy: null,
  })
  if (outcomes.some((outcome) => 'error' in outcome)) return { gap: 'not_rated' }
  const charges = outcomes.flatMap((outcome) => ('error' in outcome ? [] : outcome.charges))
  const byMeter = Map.groupBy(charges, ({ line }) => line.price.meter_id)
  return { currency: first.currency, ofMeter: (meterId) => byMeter.get(meterId) ?? [] }
}
