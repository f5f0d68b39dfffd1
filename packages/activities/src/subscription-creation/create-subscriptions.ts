import type { Scoped } from '@flexprice/database/connection'
import { insertSubscriptionCreations, type SubscriptionCreation } from '@flexprice/database/creation'
import { readSubscriptionFacts } from '@flexprice/database/subscriptions'
import { assert, type CodedError, errorKind, isCodedError, isRetryable, keyReused } from '@flexprice/domain'
import { planSubscription } from './plan-subscription.ts'
import { rememberSibling } from './siblings.ts'
import { factsWanted, type SubscriptionOrder } from './subscription-order.ts'

export type CreationOutcome =
  | {
      readonly subscriptionId: string
      /** It was there: an earlier request with the key has made it, or another of these orders. */
      readonly replayed: boolean
    }
  | { readonly error: CodedError }

/**
 * Makes the subscriptions that are wanted, in the caller's transaction and a fixed number of statements,
 * for one as for a thousand. What is wrong with one is its outcome and does not stop the others.
 * Idempotent by each order's key: the same key gives the same subscription, for ever.
 *
 * @param how with `ofList` where the orders are a list's items, which may have the list's key
 *
 * @returns an outcome for each order, in the order given
 */
export async function createSubscriptions(
  transaction: Scoped,
  orders: readonly SubscriptionOrder[],
  { now, ofList = false }: { now: Date; ofList?: boolean },
): Promise<CreationOutcome[]> {
  assert(transaction.db.isTransaction, 'what is read is held until it is written')
  if (orders.length === 0) return []
  const facts = await readSubscriptionFacts(transaction, factsWanted(orders, { ofList }))
  const made = new Map(facts.made)
  const siblings = new Map<string, string>()
  const creations: SubscriptionCreation[] = []
  const outcomes = orders.map((order): CreationOutcome => {
    const { idempotencyKey, requestHash } = order
    const earlier = made.get(idempotencyKey)
    if (earlier) {
      return earlier.request_hash === requestHash
        ? { subscriptionId: earlier.id, replayed: true }
        : { error: keyReused() }
    }
    if (facts.usedKeys.has(idempotencyKey)) return { error: keyReused() }
    try {
      const creation = planSubscription(order, { ...facts, siblings }, now)
      creations.push(creation)
      rememberSibling(siblings, creation)
      const { id } = creation.subscription
      made.set(idempotencyKey, { id, request_hash: requestHash })
      return { subscriptionId: id, replayed: false }
    } catch (error) {
      return { error: refusal(error) }
    }
  })
  await insertSubscriptionCreations(transaction, creations, now)
  return outcomes
}

/** What is wrong with the request; anything else is thrown on. */
export function refusal(error: unknown): CodedError {
  if (isCodedError(error) && !isRetryable(errorKind(error.code))) return error
  throw error
}
