import type { SubscriptionCreation } from '@flexprice/database/creation'
import type { CustomerFacts } from '@flexprice/database/subscriptions'

/** Of a list's subscriptions that are made already: the newest, by its customer and plan. */
export type Siblings = ReadonlyMap<string, string>

export function rememberSibling(siblings: Map<string, string>, { subscription }: SubscriptionCreation): void {
  if (subscription.subscription_status === 'draft') return
  siblings.set(keyOf(subscription.customer_id, subscription.plan_id), subscription.id)
}

/** Another subscription of the customer that bills by the same plan, its id. */
export function siblingOf(
  { id, subscribed }: CustomerFacts,
  planId: string,
  siblings?: Siblings,
): string | undefined {
  return siblings?.get(keyOf(id, planId)) ?? subscribed[planId]
}

function keyOf(customerId: string, planId: string): string {
  return `${customerId} ${planId}`
}
