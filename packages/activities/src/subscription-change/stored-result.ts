import { type SubscriptionChangeResult, workflows } from '@flexprice/contracts/workflows'

/** What a change has answered, as its row keeps it. */
export function storedResult(result: object): SubscriptionChangeResult {
  return workflows['subscription-change'].result.parse(result)
}
