import type { CalculateChargesInput } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import type { CalculateChargesEvents } from './events.ts'

export type PreviewInput = Extract<CalculateChargesInput, { kind: 'preview' }>

export type RecalculationInput = Extract<CalculateChargesInput, { kind: 'invoice' }>

export type ReplacementInput = Extract<CalculateChargesInput, { kind: 'replacement' }>

export interface CalculateChargesDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
  /** How many slices of a calculation are worked on at the same time. */
  readonly slicesMax: number
  readonly events: CalculateChargesEvents
}
