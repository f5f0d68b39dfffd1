import { assert } from '@flexprice/domain'
import { instantText } from '@flexprice/domain/time'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { ScheduleRow } from './schedules.ts'

/** A subscription at the boundary that is billed next of it, which may have passed long ago. */
export interface DueBoundary {
  readonly subscriptionId: string
  readonly at: Date
}

/**
 * What is due at the boundaries, of each subscription at most one: one statement, however many they are. The caller's
 * transaction holds the subscriptions, and holds these with them until it ends.
 *
 * @returns by subscription
 */
export async function holdDueSchedules(
  scoped: Scoped,
  boundaries: readonly DueBoundary[],
): Promise<ReadonlyMap<string, ScheduleRow>> {
  assert(scoped.db.isTransaction, 'what is due is held in the transaction that executes it')
  if (boundaries.length === 0) return new Map()
  const { rows } = await sql<ScheduleRow>`
    select s.* from subscription_schedules s
    join unnest(${boundaries.map(({ subscriptionId }) => subscriptionId)}::text[],
        ${boundaries.map(({ at }) => instantText(at))}::timestamptz[]) as boundary (subscription_id, at)
      on boundary.subscription_id = s.subscription_id
    where s.environment_id = ${scoped.scope.environmentId} and s.schedule_status = 'pending'
      and s.scheduled_at <= boundary.at
    order by s.id for update of s`.execute(scoped.db)
  return new Map(rows.map((row) => [row.subscription_id, row]))
}
