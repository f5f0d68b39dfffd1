import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import { inUndoneTransaction, type Scoped } from '@flexprice/database/connection'
import { listPendingSchedules, type ScheduleRow } from '@flexprice/database/schedules'
import { type CycleChoice, isNextBilling } from '../calculate-charges/billed-cycle.ts'
import { endsUnbilled } from '../cron-billing/apply-due.ts'
import { creditEnded } from '../cron-billing/credit-ended.ts'
import { applyPlanChanges, type FailedChange } from './apply-plan-changes.ts'

/**
 * Runs the work on the facts as the boundaries that are billed next will have them, for whoever only tells what billing
 * will do: what waits for them is done as billing does it, and undone once the work is. A scheduled end and a pause stand in
 * the facts already; a change of plan is made, and what an end gives back is given; what can never be done is told. One statement more where nothing waits,
 * and a fixed number where something does.
 *
 * @param of.choice what the work charges: where that is not the next billing, its facts stay as they are
 * @param of.now of what is written and undone
 */
export async function atBoundary<Result>(
  scoped: Scoped,
  facts: readonly ChargeFacts[],
  { choice, now }: { readonly choice: CycleChoice; readonly now: Date },
  work: (scoped: Scoped, facts: readonly ChargeFacts[], failed: readonly FailedChange[]) => Promise<Result>,
): Promise<Result> {
  const next = facts.filter((one) => isNextBilling(one, choice))
  if (next.length === 0) return await work(scoped, facts, [])
  const ids = next.map(({ subscription }) => subscription.id)
  const pending = await listPendingSchedules(scoped, ids, { lock: false })
  const waiting = next.flatMap(({ subscription: { id, next_billing_at: at } }) =>
    isDueBy(pending.get(id), at) ? [id] : [],
  )
  if (waiting.length === 0) return await work(scoped, facts, [])
  return await inUndoneTransaction(scoped, async (transaction) => {
    const held = await readChargeFacts(transaction, waiting, { lock: true })
    const schedules = await listPendingSchedules(transaction, waiting, { lock: true })
    const going = held.filter((one) => !endsUnbilled(one))
    const changed = await applyPlanChanges(transaction, going, { schedules, now, runId: null })
    await creditEnded(transaction, held, { schedules, now })
    const factsOf = new Map(changed.facts.map((one) => [one.subscription.id, one]))
    return await work(
      transaction,
      facts.map((one) => factsOf.get(one.subscription.id) ?? one),
      changed.failed,
    )
  })
}

function isDueBy(schedule: ScheduleRow | undefined, boundary: Date | null): boolean {
  return schedule !== undefined && boundary !== null && schedule.scheduled_at <= boundary
}
