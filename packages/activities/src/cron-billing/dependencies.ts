import type { DueEnvironment, Scoped } from '@flexprice/database/connection'
import type { Scope } from '@flexprice/domain'
import type { CronBillingEvents } from './events.ts'

export interface CronBillingDependencies {
  /** The database handle of whoever the running activity works for. */
  readonly scoped: () => Scoped
  /** Of all tenants, behind an id: for the schedule's tick, which has no scope. */
  readonly listDueEnvironments: (page: {
    afterId: string
    environmentsMax: number
  }) => Promise<readonly DueEnvironment[]>
  /** Starts an environment's billing, or lets the one that runs look again. */
  readonly startBilling: (scope: Scope) => Promise<void>
  /** How many slices of a run are worked on at the same time. */
  readonly slicesMax: number
  readonly events: CronBillingEvents
}

/** Who bills when nobody asked: named in rows and logs. */
export const billingUserId = 'system:billing'
