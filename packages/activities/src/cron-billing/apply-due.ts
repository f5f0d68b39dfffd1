import type { ChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import {
  type DueBoundary,
  finishSchedules,
  holdDueSchedules,
  type ScheduleRow,
  turnPauses,
} from '@flexprice/database/schedules'

export interface AppliedDue {
  /** Whose end has come before anything was to be billed: no period begins, none is billed. */
  readonly ended: readonly ChargeFacts[]
  readonly going: readonly ChargeFacts[]
  /** What was scheduled for the boundary, by subscription. */
  readonly schedules: ReadonlyMap<string, ScheduleRow>
}

/**
 * What is due at the boundary itself, before its period is billed (billing rules, section 8): an end that comes with the
 * trial's or before it, after which no period begins. The end that a cancellation has scheduled, and a pause, stand in the
 * facts already.
 */
export async function applyDue(
  transaction: Scoped,
  due: readonly ChargeFacts[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<AppliedDue> {
  return {
    ended: due.filter(endsInTrial),
    going: due.filter((facts) => !endsInTrial(facts)),
    schedules: dryRun ? new Map() : await holdDueSchedules(transaction, due.flatMap(boundaryOf)),
  }
}

function boundaryOf({ subscription: { id, next_billing_at: at } }: ChargeFacts): DueBoundary[] {
  return at === null ? [] : [{ subscriptionId: id, at }]
}

function endsInTrial({ subscription }: ChargeFacts): boolean {
  const {
    subscription_status: status,
    end_date: end,
    trial_end: trialEnd,
    next_billing_at: at,
  } = subscription
  if (status !== 'trialing' || end === null || trialEnd === null || at === null) return false
  return end <= trialEnd && end <= at
}

/**
 * Writes what was applied of those whose boundary is billed, with it: what could not be rated is left as it was. Pauses
 * begin and end, and a cancellation has been executed.
 */
export async function finishDue(
  transaction: Scoped,
  billed: readonly ChargeFacts[],
  { schedules, now }: { readonly schedules: AppliedDue['schedules']; readonly now: Date },
): Promise<void> {
  const paused = billed.filter(({ pauses }) => pauses.length > 0)
  await turnPauses(transaction, paused.flatMap(boundaryOf), now)
  const cancelled = billed.flatMap(({ subscription: { id } }) => {
    const schedule = schedules.get(id)
    return schedule?.schedule_type === 'cancellation' ? [schedule] : []
  })
  await finishSchedules(
    transaction,
    cancelled.map(({ id, scheduled_at }) => ({ id, result: { cancelled_at: scheduled_at.toISOString() } })),
    now,
  )
}
