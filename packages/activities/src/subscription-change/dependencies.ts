import type { Scoped } from '@flexprice/database/connection'
import type { SubscriptionChangeEvents } from './events.ts'

export interface SubscriptionChangeDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
  /** How many slices of a bulk change are worked on at the same time. */
  readonly slicesMax: number
  readonly events: SubscriptionChangeEvents
}
