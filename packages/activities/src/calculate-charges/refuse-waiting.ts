import type { Scoped } from '@flexprice/database/connection'
import { listPendingSchedules } from '@flexprice/database/schedules'
import { CodedError } from '@flexprice/domain'

/**
 * Why no draft is written of these subscriptions' next boundaries, by subscription: a change of plan waits for them, whose
 * lines are not there before billing makes it, in the boundary's transaction with its invoice (billing rules, section 8). A
 * draft by the old plan's lines would ask for what is never billed; closed, it would be billed. One statement.
 */
export async function refusedDrafts(
  scoped: Scoped,
  subscriptionIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly at: Date; readonly error: CodedError }>> {
  const pending = await listPendingSchedules(scoped, subscriptionIds, { lock: false })
  return new Map(
    [...pending].flatMap(([subscriptionId, { id, schedule_type, scheduled_at: at }]) =>
      schedule_type === 'plan_change' ? [[subscriptionId, { at, error: waits(subscriptionId, id, at) }]] : [],
    ),
  )
}

function waits(subscriptionId: string, scheduleId: string, at: Date): CodedError {
  const message = `Subscription ${subscriptionId} has a change of plan, ${scheduleId}, that waits for ${at.toISOString()}: billing makes it with that boundary's invoice, which a preview shows`
  return new CodedError('state_conflict', message, { details: { schedule_id: scheduleId } })
}
