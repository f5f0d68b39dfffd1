/** Changes of running subscriptions: previewed, and made. */
export type {
  SubscriptionChangeExecuteResponse,
  SubscriptionChangePreviewResponse,
  SubscriptionChangeRequest,
} from './subscription-change.ts'
