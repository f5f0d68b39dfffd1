/**
 * The work of a price sync, for the workers of its queue. Activities are idempotent: a run is found
 * again by its plan, a slice goes on from its row's cursor. They must never import a workflow or a service.
 */

export type { PriceSyncDependencies } from './dependencies.ts'
export { createPriceSyncEvents, type PriceSyncEvents } from './events.ts'
export { createPriceSyncActivities, type PriceSyncActivities } from './price-sync-activities.ts'
