import { problemsAsObject, publishedErrorCode } from '@flexprice/contracts/wire'
import type { SubscriptionBatchResult } from '@flexprice/contracts/workflows'
import {
  type BatchItem,
  type BatchItemOutcome,
  batchItemError,
  type ListedOutcome,
} from '@flexprice/database/creation'
import type { BatchItemError } from '@flexprice/database/tables'
import { type CreationOutcome, refusal } from './create-subscriptions.ts'
import { parseOrder, type SubscriptionOrder } from './subscription-order.ts'

/** The items of a page that can be tried, and those whose request does not fit the schema any more. */
export function batchOrders(items: readonly BatchItem[]): {
  accepted: { position: number; order: SubscriptionOrder }[]
  refused: BatchItemOutcome[]
} {
  const accepted: { position: number; order: SubscriptionOrder }[] = []
  const refused: BatchItemOutcome[] = []
  for (const { position, request, idempotency_key, request_hash } of items) {
    // It was refused before it was stored, and has its error already.
    if (request === null) continue
    try {
      const order = parseOrder(request, { idempotencyKey: idempotency_key, requestHash: request_hash })
      accepted.push({ position, order })
    } catch (error) {
      refused.push(itemOutcome(position, { error: refusal(error) }))
    }
  }
  return { accepted, refused }
}

export function itemOutcome(position: number, outcome: CreationOutcome): BatchItemOutcome {
  return 'error' in outcome
    ? { position, subscription_id: null, replayed: false, error: batchItemError(outcome.error) }
    : { position, subscription_id: outcome.subscriptionId, replayed: outcome.replayed, error: null }
}

export function resultItem(outcome: ListedOutcome): SubscriptionBatchResult['items'][number] {
  const { position, subscription_id, replayed, error, warnings } = outcome
  return {
    index: position,
    ...(subscription_id !== null && { subscription_id }),
    ...(replayed && { replayed }),
    ...(warnings.length > 0 && { warnings }),
    ...(error && { error: wireError(error) }),
  }
}

/** So many at most: a workflow's result is bounded. */
const skippedPricesMax = 1_000

/** Each price that some of the subscriptions have not of their plans, once, with whose items they are. */
export function skippedPrices(
  outcomes: readonly ListedOutcome[],
): Pick<SubscriptionBatchResult, 'skipped_prices' | 'skipped_prices_more'> {
  const all = outcomes.flatMap(({ position, skipped }) => skipped.map((price) => ({ ...price, position })))
  if (all.length === 0) return {}
  const alike = [...Map.groupBy(all, ({ priceId, reason }) => `${priceId} ${reason}`).values()]
  const named = alike.slice(0, skippedPricesMax).flatMap(([first, ...others]) => {
    if (!first) return []
    const { priceId: price_id, reason, message, position } = first
    return [{ price_id, reason, message, indexes: [position, ...others.map((other) => other.position)] }]
  })
  const more = alike.length - named.length
  return { skipped_prices: named, ...(more > 0 && { skipped_prices_more: more }) }
}

function wireError({ code, message, fields }: BatchItemError) {
  return { code: publishedErrorCode(code), message, ...(fields && { fields: problemsAsObject(fields) }) }
}
