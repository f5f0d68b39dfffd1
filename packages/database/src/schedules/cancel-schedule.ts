import { CodedError } from '@flexprice/domain'
import type { Scoped } from '../connection/connection.ts'
import { holdSubscription } from '../subscriptions/hold-subscription.ts'
import { moveEnd } from '../subscriptions/move-end.ts'
import { withdrawSchedules } from './schedule-writes.ts'
import { getSchedule, type ScheduleRow } from './schedules.ts'

/**
 * Takes back what is scheduled, in the caller's transaction: a change is not made, and a subscription that was to be
 * cancelled goes on, with the end that it had of its own.
 *
 * @throws not_found; state_conflict for one that is not pending any more, or whose instant has come: who is first, the
 * billing run or the caller, must not decide it
 */
export async function cancelSchedule(scoped: Scoped, id: string, now: Date): Promise<void> {
  const { subscription_id } = await getSchedule(scoped, id)
  const subscription = await holdSubscription(scoped, subscription_id)
  // Read again: what the lock waited for may have executed it.
  const schedule = await getSchedule(scoped, id)
  refuseCancelling(schedule, now)
  await withdrawSchedules(scoped, [subscription_id], { as: 'cancelled', now })
  if (schedule.schedule_type !== 'cancellation') return
  await moveEnd(scoped, subscription, { at: ownEndOf(schedule), cancellation: null }, now)
}

function refuseCancelling({ id, schedule_status: status, scheduled_at: at }: ScheduleRow, now: Date): void {
  if (status === 'pending' && at > now) return
  const why = status === 'pending' ? `is due since ${at.toISOString()}` : `is ${status}`
  throw new CodedError('state_conflict', `Schedule ${id} ${why}: it cannot be cancelled`, {
    details: { schedule_status: status },
  })
}

/** The end that a subscription had before its cancellation was scheduled. */
function ownEndOf({ configuration: { own_end: end } }: ScheduleRow): Date | null {
  return typeof end === 'string' ? new Date(end) : null
}
