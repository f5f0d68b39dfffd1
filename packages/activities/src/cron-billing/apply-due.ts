import type { ChargeFacts } from '@flexprice/database/calculations'
import type { Scoped } from '@flexprice/database/connection'
import {
  type DueBoundary,
  finishSchedules,
  type ScheduleRow,
  turnPauses,
} from '@flexprice/database/schedules'
import { creditEnded, scheduledEnds } from './credit-ended.ts'

export interface AppliedDue {
  /** Whose end has come before anything was to be billed: no period begins, none is billed. */
  readonly ended: readonly ChargeFacts[]
  readonly going: readonly ChargeFacts[]
  /** What was scheduled for the boundary, by subscription. */
  readonly schedules: ReadonlyMap<string, ScheduleRow>
}

/**
 * What is due at the boundary itself, before its period is billed (billing rules, section 8): an end that comes with the
 * trial's or before it, or as the subscription would begin, after which no period does. The end that a cancellation has scheduled, and a pause, stand in the
 * facts already.
 */
export function applyDue(
  due: readonly ChargeFacts[],
  schedules: ReadonlyMap<string, ScheduleRow>,
): AppliedDue {
  return {
    ended: due.filter(endsUnbilled),
    going: due.filter((facts) => !endsUnbilled(facts)),
    schedules,
  }
}

function boundaryOf({ subscription: { id, next_billing_at: at } }: ChargeFacts): DueBoundary[] {
  return at === null ? [] : [{ subscriptionId: id, at }]
}

/** With its trial or in it, or as it would begin. */
export function endsUnbilled({ subscription }: ChargeFacts): boolean {
  const {
    subscription_status: status,
    end_date: end,
    trial_end: trialEnd,
    start_date: start,
    next_billing_at: at,
  } = subscription
  if (end === null || at === null || end > at) return false
  return end <= start || (status === 'trialing' && trialEnd !== null && end <= trialEnd)
}

/** Who bills the boundary. */
export interface ExecutedBy {
  /** Null: no billing run, but a change that brings up what is behind. */
  readonly runId: string | null
  readonly now: Date
}

/**
 * Writes what was applied of those whose boundary is billed, with it: what could not be rated is left as it was. Pauses
 * begin and end, and a cancellation has been executed.
 */
export async function finishDue(
  transaction: Scoped,
  billed: readonly ChargeFacts[],
  { schedules, now, runId }: { readonly schedules: AppliedDue['schedules'] } & ExecutedBy,
): Promise<void> {
  const paused = billed.filter(({ pauses }) => pauses.length > 0)
  await turnPauses(transaction, paused.flatMap(boundaryOf), now)
  await finishSchedules(
    transaction,
    scheduledEnds(billed, schedules).map(({ schedule: { id, scheduled_at } }) => ({
      id,
      result: { cancelled_at: scheduled_at.toISOString() },
    })),
    { runId, now },
  )
  await creditEnded(transaction, billed, { schedules, now })
}
