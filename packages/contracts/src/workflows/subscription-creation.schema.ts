import { createHash } from 'node:crypto'
import { z } from 'zod'
import { skippedPrice } from '../subscriptions/skipped-price.ts'
import { wireErrorCode } from '../wire/error.ts'
import { problemsByPath } from '../wire/wire-details.ts'
import { defineContract } from './define-contract.ts'
import { subscriptionCreation } from './subscription-creation.ts'

const id = z.string().min(1)

const input = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('one'),
    /** As on the wire, bounded by its schema: the activity parses it. */
    request: z.record(z.string(), z.unknown()),
    /** The caller's key, or one that is drawn for the request. */
    idempotency_key: id,
    request_hash: id,
  }),
  /** The list was stored first: it would not fit in here. */
  z.strictObject({ kind: z.literal('batch'), batch_id: id }),
  z.strictObject({ kind: z.literal('activation'), subscription_id: id, start_date: z.iso.datetime() }),
])

const count = z.number().int().nonnegative()

const itemError = z.strictObject({
  code: wireErrorCode,
  message: z.string(),
  fields: problemsByPath.optional(),
})

const batchResult = z.strictObject({
  batch_id: z.string(),
  created: count,
  /** Of these an earlier request, or item, has made the subscription. */
  replayed: count.default(0),
  failed: count,
  /** In the order of the request; of each either the id or the error. */
  items: z.array(
    z.strictObject({
      index: count,
      subscription_id: z.string().optional(),
      replayed: z.boolean().optional(),
      /** Of its creation, as its own answer would have them. */
      warnings: z.array(z.string()).readonly().optional(),
      error: itemError.optional(),
    }),
  ),
  /** What of their plans bills nothing in some of the items, or nothing yet, and in which. */
  skipped_prices: z
    .array(z.strictObject({ ...skippedPrice.shape, indexes: z.array(count).readonly() }))
    .readonly()
    .optional(),
  /** So many more prices than can be named. */
  skipped_prices_more: count.optional(),
})

const result = z.union([z.strictObject({ subscription_id: z.string() }), batchResult])

/** Of a list. */
const progress = z.strictObject({
  items_total: count,
  items_processed: count,
  created: count,
  replayed: count.default(0),
  failed: count,
  percent: z.number().min(0).max(100),
})

export const subscriptionCreationContract = defineContract({
  definition: subscriptionCreation,
  input,
  result,
  progress,
  workflowId: (environmentId, request) => `${subscriptionCreation.name}:${environmentId}:${keyOf(request)}`,
  entityId: (request) => (request.kind === 'activation' ? request.subscription_id : keyOf(request)),
})

/**
 * Which request it is. Of one it is a hash of key and request: another request with the same key is
 * another workflow, and the database's unique key refuses it. So is an activation at another start: it must
 * not be answered with what the one that runs has made.
 */
function keyOf(request: SubscriptionCreationInput): string {
  switch (request.kind) {
    case 'one':
      return createHash('sha256')
        .update(JSON.stringify([request.idempotency_key, request.request_hash]))
        .digest('base64url')
    case 'batch':
      return request.batch_id
    case 'activation':
      return `${request.subscription_id}:${request.start_date}`
  }
}

export type SubscriptionCreationInput = z.infer<typeof input>
export type SubscriptionCreationResult = z.infer<typeof result>
export type SubscriptionBatchResult = z.infer<typeof batchResult>
export type SubscriptionCreationProgress = z.infer<typeof progress>
