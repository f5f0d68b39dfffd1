import type { AllowanceReset } from './entitlement-terms.ts'

/** Usage of a feature that is free before pricing (billing rules, section 4). Lines that name the same id share it. */
export interface Allowance {
  /** Of what grants it, within the subscription: the feature, or the entitlement. */
  readonly id: string
  /** Whole units; null: all usage is free. */
  readonly limit: number | null
  /** When it begins anew; null: with the subscription's billing period. DAILY is at local midnight. */
  readonly reset: AllowanceReset | null
}
