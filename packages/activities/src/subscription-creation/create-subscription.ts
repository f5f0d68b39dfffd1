import { inTransaction, readNow } from '@flexprice/database/connection'
import { assert } from '@flexprice/domain'
import { createSubscriptions } from './create-subscriptions.ts'
import type { CreateSubscriptionInput, SubscriptionCreationDependencies } from './dependencies.ts'
import { parseOrder } from './subscription-order.ts'

export async function createSubscription(
  { scoped, events }: SubscriptionCreationDependencies,
  { request, idempotency_key, request_hash }: CreateSubscriptionInput,
): Promise<{ subscription_id: string }> {
  const order = parseOrder(request, { idempotencyKey: idempotency_key, requestHash: request_hash })
  const [outcome] = await inTransaction(scoped(), async (transaction) =>
    createSubscriptions(transaction, [order], { now: await readNow(transaction) }),
  )
  assert(outcome, 'each order has an outcome')
  if ('error' in outcome) throw outcome.error
  const replayed = outcome.replayed ? 1 : 0
  events.created({ created: 1 - replayed, replayed, failed: 0 })
  return { subscription_id: outcome.subscriptionId }
}
