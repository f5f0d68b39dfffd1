/** Subscriptions, their creation, and their lines. */
export type {
  CreateSubscriptionLineItemRequest,
  UpdateSubscriptionLineItemRequest,
} from './line-item-change.ts'
export { updateSubscriptionLineItemRequest } from './line-item-change.ts'
export type { OverrideLineItem } from './price-override.ts'
export type { SubscriptionFilter, SubscriptionResponse } from './subscription.ts'
export { subscriptionStatus } from './subscription-choices.ts'
export {
  type CreateSubscriptionRequest,
  createSubscriptionRequest,
  itemIdempotencyKey,
} from './subscription-create.ts'
export type { SubscriptionLineItemFilter, SubscriptionLineItemResponse } from './subscription-line-item.ts'
export type {
  PauseSubscriptionRequest,
  ResumeSubscriptionRequest,
  SubscriptionPauseResponse,
} from './subscription-pause.ts'
export { type SubscriptionPrice, subscriptionPrice } from './subscription-price.ts'
export type { SubscriptionScheduleResponse } from './subscription-schedule.ts'
