import type { ChargeFacts } from '@flexprice/database/calculations'
import { readBilledTime } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { creditLines } from '@flexprice/database/credits'
import {
  type DueBoundary,
  finishSchedules,
  holdDueSchedules,
  type ScheduleRow,
  turnPauses,
} from '@flexprice/database/schedules'
import { creditTime } from '@flexprice/domain/change'
import { zero } from '@flexprice/domain/money'
import { earlier } from '@flexprice/domain/time'
import { advanceLineIds, goingLineIds } from '../subscription-change/change-line.ts'
import { lineCredit } from '../subscription-change/line-credit.ts'

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
export async function applyDue(
  transaction: Scoped,
  due: readonly ChargeFacts[],
  { dryRun }: { readonly dryRun: boolean },
): Promise<AppliedDue> {
  return {
    ended: due.filter(endsUnbilled),
    going: due.filter((facts) => !endsUnbilled(facts)),
    schedules: dryRun ? new Map() : await holdDueSchedules(transaction, due.flatMap(boundaryOf)),
  }
}

function boundaryOf({ subscription: { id, next_billing_at: at } }: ChargeFacts): DueBoundary[] {
  return at === null ? [] : [{ subscriptionId: id, at }]
}

/** With its trial or in it, or as it would begin. */
function endsUnbilled({ subscription }: ChargeFacts): boolean {
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

/**
 * What was billed in advance beyond the end of a subscription that a cancellation ends comes back at that instant, when
 * prorating (billing rules, sections 6 and 8): before any invoice of the page is closed, as it may pay for that.
 */
async function creditEnded(
  transaction: Scoped,
  ended: readonly { readonly facts: ChargeFacts; readonly schedule: ScheduleRow }[],
  { billed, now }: { readonly billed: readonly ChargeFacts[]; readonly now: Date },
): Promise<void> {
  const crediting = ended.filter(
    ({ facts }) => facts.subscription.cancel_proration_behavior === 'create_prorations',
  )
  const [first] = crediting
  if (!first) return
  const since = crediting
    .map(({ schedule }) => schedule.scheduled_at)
    .reduce(earlier, first.schedule.scheduled_at)
  const times = await readBilledTime(
    transaction,
    crediting.flatMap(({ facts }) => advanceLineIds(facts)),
    since,
  )
  const timesOf = Map.groupBy(times, ({ lineId }) => lineId)
  const credits = crediting.flatMap(({ facts, schedule }) =>
    goingLineIds(facts, schedule.scheduled_at)
      .flatMap((id) => timesOf.get(id) ?? [])
      .flatMap((one) => creditTime(one, schedule.scheduled_at, facts.subscription.currency) ?? [])
      .map((credit) => lineCredit(facts, { credit, netted: zero }, schedule.id)),
  )
  const customerIds = [...new Set(billed.map(({ subscription }) => subscription.customer_id))]
  // A draft that billed what comes back is owed less itself: nobody has paid it.
  const closingIds = times.flatMap(({ isDraft, invoiceId }) => (isDraft ? [invoiceId] : []))
  await creditLines(transaction, credits, { now, customerIds, closingIds })
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
  const ended = billed.flatMap((facts) => {
    const schedule = schedules.get(facts.subscription.id)
    return schedule?.schedule_type === 'cancellation' ? [{ facts, schedule }] : []
  })
  await finishSchedules(
    transaction,
    ended.map(({ schedule: { id, scheduled_at } }) => ({
      id,
      result: { cancelled_at: scheduled_at.toISOString() },
    })),
    now,
  )
  await creditEnded(transaction, ended, { billed, now })
}
