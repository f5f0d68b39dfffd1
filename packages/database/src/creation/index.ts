/** What a creation writes in one transaction: subscription, lines, opening invoice, drafts, lists. */
export { batchItemError } from './batch-item-error.ts'
export { deleteSubscriptions } from './delete-subscriptions.ts'
export { type FullSubscription, getFullSubscription } from './full-subscription.ts'
export { skippedPricesOf } from './skipped-prices.ts'
export {
  type BatchItem,
  type BatchItemOutcome,
  type BatchProgress,
  finishBatchItems,
  getBatchProgress,
  type ListedOutcome,
  listBatchOutcomes,
  lockBatch,
  type NewBatchItem,
  nextBatchItems,
  storeBatch,
} from './subscription-batches.ts'
export {
  insertSubscriptionCreations,
  type NewLine,
  type OwnPrice,
  type SubscriptionCreation,
} from './subscription-creation.ts'
export { type Draft, getDraft, replaceDraft } from './subscription-drafts.ts'
