import type { CalculateChargesInput, CalculateChargesResult } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database'

export interface CalculateChargesActivities {
  /** TODO: what it does, and idempotent by which key. */
  calculateCharges(input: CalculateChargesInput): Promise<CalculateChargesResult>
}

export interface CalculateChargesDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
}

export function createCalculateChargesActivities({ scoped }: CalculateChargesDependencies): CalculateChargesActivities {
  return {
    async calculateCharges({ id }) {
      // TODO: one file per activity once there is more than one.
      scoped()
      return { id }
    },
  }
}
