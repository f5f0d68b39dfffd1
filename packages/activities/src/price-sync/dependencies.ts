import type { Scoped } from '@flexprice/database/connection'
import type { PriceSyncEvents } from './events.ts'

export interface PriceSyncDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
  /** How many slices of a plan are worked on at the same time. More than the database has cores gives nothing. */
  readonly slicesMax: number
  readonly events: PriceSyncEvents
}
