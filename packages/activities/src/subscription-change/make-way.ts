import { isDeepStrictEqual } from 'node:util'
import type { ChangeOrder, PlanChangeOrder } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { type ScheduleRow, withdrawSchedules } from '@flexprice/database/schedules'
import { CodedError } from '@flexprice/domain'

/** What a change that waits for its boundary keeps of what was asked for. */
export function scheduledOrder(order: PlanChangeOrder): PlanChangeOrder {
  return { ...order, supersede: false }
}

/**
 * One change of a plan waits at most, and none beside one that is made at once: what was planned on the plan that goes
 * would be made of another (billing rules, section 8). In the transaction that holds the subscription, and has read what waits.
 *
 * @returns the ids of what is superseded
 * @throws state_conflict naming the schedule that waits, where it is not to be superseded
 */
export async function makeWay(
  transaction: Scoped,
  {
    subscriptionId,
    pending,
    request,
    now,
  }: { subscriptionId: string; pending: ScheduleRow | undefined; request: ChangeOrder; now: Date },
): Promise<readonly string[]> {
  if (request.kind !== 'plan_change') return []
  if (!pending) return []
  if (pending.scheduled_at <= now) throw isDue(subscriptionId, pending)
  if (isEqualChange(request, pending)) throw waitsAlready(subscriptionId, pending)
  if (request.supersede) return withdrawSchedules(transaction, [subscriptionId], { as: 'superseded', now })
  const message = `Subscription ${subscriptionId} has a change, ${pending.id}, that waits for ${pending.scheduled_at.toISOString()}: supersede it, or cancel it first`
  throw new CodedError('state_conflict', message, { details: { schedule_id: pending.id } })
}

/** Which would take the place of itself: of two at once one wins, whether or not they supersede. */
function isEqualChange(request: PlanChangeOrder, { schedule_type, configuration }: ScheduleRow): boolean {
  return schedule_type === 'plan_change' && isDeepStrictEqual(configuration, scheduledOrder(request))
}

function waitsAlready(
  subscriptionId: string,
  { id, scheduled_at: at }: Pick<ScheduleRow, 'id' | 'scheduled_at'>,
): CodedError {
  const message = `Subscription ${subscriptionId} has that very change already, ${id}, which waits for ${at.toISOString()}`
  return new CodedError('state_conflict', message, { details: { schedule_id: id } })
}

/** Who is first, the billing run or the caller, must not decide whether it is made. */
function isDue(
  subscriptionId: string,
  { id, scheduled_at: at }: Pick<ScheduleRow, 'id' | 'scheduled_at'>,
): CodedError {
  const message = `Subscription ${subscriptionId} has a change, ${id}, that is due since ${at.toISOString()} and is not billed yet: it cannot be superseded`
  return new CodedError('state_conflict', message, { details: { schedule_id: id } })
}
