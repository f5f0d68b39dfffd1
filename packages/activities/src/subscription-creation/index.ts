/**
 * The work of a subscription's creation, for the workers of its queue: one, a stored list, or a draft that is
 * activated. Idempotent by unique keys in the database. It must never import a workflow or a service.
 */

export type { SubscriptionCreationDependencies } from './dependencies.ts'
export { createSubscriptionCreationEvents, type SubscriptionCreationEvents } from './events.ts'
export {
  createSubscriptionCreationActivities,
  type SubscriptionCreationActivities,
} from './subscription-creation-activities.ts'
