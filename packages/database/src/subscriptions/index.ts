/** Subscriptions, and what they are entitled to. */
export {
  aggregateEachSubscription,
  aggregateSubscriptionEntitlements,
  type EntitlementAggregation,
  type EntitlementSearch,
  listEntitledSubscriptions,
  listPlanEntitlements,
  searchEntitlements,
} from './entitlement-search.ts'
export { type HeldSubscription, holdSubscription } from './hold-subscription.ts'
export { type KnownSubscription, readKnownSubscriptions } from './known-subscriptions.ts'
export { endMoved, moveEnd, type SubscriptionEnd, subscriptionEnded } from './move-end.ts'
export { listPlanSince } from './plan-since.ts'
export { refuseUnknownSubscriptions } from './refuse-unknown-subscriptions.ts'
export {
  type CustomerFacts,
  type FactsWanted,
  type PlanFacts,
  readSubscriptionFacts,
  type SubscriptionFacts,
} from './subscription-facts.ts'
export {
  getSubscription,
  type SubscriptionRow,
  type SubscriptionSearch,
  searchSubscriptions,
} from './subscription-search.ts'
export { insertSubscriptions, type NewSubscription, subscriptionsInsertMax } from './subscriptions.ts'
export { readBoundaries } from './version-boundaries.ts'
