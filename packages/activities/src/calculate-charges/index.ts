/**
 * What subscriptions are charged: `calculateCharges` is the one function of previews, calculations, drafts,
 * finalizations and billing cycles; the activities are the work of its queue. Idempotent by the rows that they
 * write. It must never import a workflow or a service.
 */
export { type BilledCycle, billedCycle, type CycleChoice } from './billed-cycle.ts'
export { type ChargeOutcome, calculateCharges, type SubscriptionCharges } from './calculate-charges.ts'
export {
  type CalculateChargesActivities,
  createCalculateChargesActivities,
} from './calculate-charges-activities.ts'
export type { CalculateChargesDependencies } from './dependencies.ts'
export { type CalculateChargesEvents, createCalculateChargesEvents } from './events.ts'
export { writeForecasts } from './forecasts.ts'
