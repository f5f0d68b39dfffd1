import { inTransaction, readNow } from '@flexprice/database/connection'
import { getDraft, replaceDraft } from '@flexprice/database/creation'
import { listSubscriptionGrants } from '@flexprice/database/grants'
import { readSubscriptionFacts } from '@flexprice/database/subscriptions'
import type { ActivateSubscriptionInput, SubscriptionCreationDependencies } from './dependencies.ts'
import { planSubscription } from './plan-subscription.ts'
import { factsWanted, parseOrder } from './subscription-order.ts'

/** A draft begins: everything is made anew from what it was asked for, as of its start. */
export async function activateSubscription(
  { scoped, events }: SubscriptionCreationDependencies,
  { subscription_id: subscriptionId, start_date }: ActivateSubscriptionInput,
): Promise<{ subscription_id: string }> {
  const startDate = new Date(start_date)
  const activated = await inTransaction(scoped(), async (transaction) => {
    const draft = await getDraft(transaction, { subscriptionId, startDate })
    if (draft === undefined) return false
    const wire = { ...draft.request, start_date }
    const order = parseOrder(wire, { idempotencyKey: draft.idempotency_key, requestHash: draft.request_hash })
    const facts = await readSubscriptionFacts(transaction, { ...factsWanted([order]), idempotencyKeys: [] })
    const now = await readNow(transaction)
    const grants = await listSubscriptionGrants(transaction, subscriptionId)
    await replaceDraft(transaction, planSubscription(order, facts, now, { subscriptionId, grants }), now)
    return true
  })
  if (activated) events.activated()
  return { subscription_id: subscriptionId }
}
