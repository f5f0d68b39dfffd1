export { type BilledCycle, billedCycle, type CycleChoice } from './billed-cycle.ts'
export {
  type ChargeOutcome,
  calculateCharges,
  type SubscriptionCharges,
} from './calculate-charges.ts'
