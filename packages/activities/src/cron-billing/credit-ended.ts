import type { ChargeFacts } from '@flexprice/database/calculations'
import { readBilledTime } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { creditLines } from '@flexprice/database/credits'
import type { ScheduleRow } from '@flexprice/database/schedules'
import { creditTime } from '@flexprice/domain/change'
import { zero } from '@flexprice/domain/money'
import { earlier } from '@flexprice/domain/time'
import { advanceLineIds, goingLineIds } from '../subscription-change/change-line.ts'
import { lineCredit } from '../subscription-change/line-credit.ts'

interface ScheduledEnd {
  readonly facts: ChargeFacts
  readonly schedule: ScheduleRow
}

/** Those whose end at their boundary a cancellation has scheduled. */
export function scheduledEnds(
  billed: readonly ChargeFacts[],
  schedules: ReadonlyMap<string, ScheduleRow>,
): ScheduledEnd[] {
  return billed.flatMap((facts) => {
    const schedule = schedules.get(facts.subscription.id)
    return schedule?.schedule_type === 'cancellation' ? [{ facts, schedule }] : []
  })
}

/**
 * What was billed in advance beyond the end of a subscription that a cancellation ends comes back at that instant, when
 * prorating (billing rules, sections 6 and 8): before any invoice of the page is closed, as it may pay for that. Of a page
 * of subscriptions that are billed.
 */
export async function creditEnded(
  transaction: Scoped,
  billed: readonly ChargeFacts[],
  { schedules, now }: { readonly schedules: ReadonlyMap<string, ScheduleRow>; readonly now: Date },
): Promise<void> {
  const crediting = scheduledEnds(billed, schedules).filter(
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
