import { type SubscriptionChangeResult, subscriptionChangeResult } from '@flexprice/contracts/workflows'

/** What a change has answered, as its row keeps it. */
export function storedResult(result: object): SubscriptionChangeResult {
  return subscriptionChangeResult.parse(result)
}
