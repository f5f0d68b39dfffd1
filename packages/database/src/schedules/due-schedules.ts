import { assert } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { type Reading, reading } from '../connection/together.ts'
import type { ScheduleRow } from './schedules.ts'

/** A subscription at the boundary that is billed next of it, which may have passed long ago. */
export interface DueBoundary {
  readonly subscriptionId: string
  readonly at: Date
}

/**
 * What is due at the boundaries that are billed next of the subscriptions, of each at most one, by subscription: one
 * statement, however many they are, to be sent behind what holds them. Held with them until the caller's transaction ends.
 */
export function dueSchedules(
  scoped: Scoped,
  subscriptionIds: readonly string[],
): Reading<ReadonlyMap<string, ScheduleRow>> {
  assert(scoped.db.isTransaction, 'what is due is held in the transaction that executes it')
  const statement = sql<ScheduleRow>`
    select s.* from subscription_schedules s
    join subscriptions boundary on boundary.environment_id = s.environment_id and boundary.id = s.subscription_id
    where s.environment_id = ${scoped.scope.environmentId} and s.subscription_id = any (${subscriptionIds}::text[])
      and s.schedule_status = 'pending' and s.scheduled_at <= boundary.next_billing_at
    order by s.id for update of s`
  return reading(statement, (rows) => new Map(rows.map((row) => [row.subscription_id, row])))
}
