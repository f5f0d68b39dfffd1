import type { SubscriptionCreationInput } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import type { SubscriptionCreationEvents } from './events.ts'

export type CreateSubscriptionInput = Extract<SubscriptionCreationInput, { kind: 'one' }>

export type ActivateSubscriptionInput = Extract<SubscriptionCreationInput, { kind: 'activation' }>

export interface SubscriptionCreationDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
  readonly events: SubscriptionCreationEvents
}
