/** Changes of running subscriptions: previewed, and made. */
export type { PreviewBulkChangeRequest } from './bulk-change.ts'
export type {
  CancelSubscriptionRequest,
  CancelSubscriptionResponse,
  StandingChangePreview,
} from './cancellation.ts'
export { publishedCounts } from './left-out.ts'
export type {
  SubscriptionChangeExecuteResponse,
  SubscriptionChangePreviewResponse,
  SubscriptionChangeRequest,
} from './subscription-change.ts'
export type {
  ChangedResources,
  SubscriptionPlanChangeRequest,
  SubscriptionPlanChangeResponse,
} from './subscription-change-v2.ts'
export type { SubscriptionModifyRequest } from './subscription-modify.ts'
