/**
 * The work of a running subscription's changes, for the workers of their queue. A preview is the execution, undone.
 * Idempotent by the caller's key. It must never import a workflow or a service.
 */

export type { SubscriptionChangeDependencies } from './dependencies.ts'
export { createSubscriptionChangeEvents, type SubscriptionChangeEvents } from './events.ts'
export {
  createSubscriptionChangeActivities,
  type SubscriptionChangeActivities,
} from './subscription-change-activities.ts'
