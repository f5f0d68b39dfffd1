import { planChangeOrder } from '@flexprice/contracts/workflows'
import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import { type SubscriptionChange, writeChanges } from '@flexprice/database/changes'
import { newId, type Scoped } from '@flexprice/database/connection'
import { type FinishedSchedule, finishSchedules, type ScheduleRow } from '@flexprice/database/schedules'
import { type ErrorCode, errorKind, isCodedError, isRetryable, notFound } from '@flexprice/domain'
import type { ExecutedBy } from '../cron-billing/apply-due.ts'
import { changeResult } from './change-result.ts'
import { changeRow, changing } from './change-row.ts'
import { comingRow } from './coming-row.ts'
import { grantMove } from './grant-move.ts'
import { preparePlanChange, sharePlanFacts, type TargetPlan } from './plan-change-kind.ts'

/** A scheduled change that can never be made. */
export interface FailedChange {
  readonly scheduleId: string
  readonly subscriptionId: string
  readonly code: ErrorCode
  readonly message: string
}

interface Scheduled {
  readonly facts: ChargeFacts
  readonly schedule: ScheduleRow
}

/**
 * Changes the plans of subscriptions whose boundary is being billed, as it was scheduled, in the transaction that holds
 * and bills them: so also when that is late. What can never be done is marked with its reason, and the old plan is billed.
 * A fixed number of statements, however many; none where nothing is scheduled.
 *
 * @returns the facts as they are by then, in the order given; and what can never be done
 */
export async function applyPlanChanges(
  transaction: Scoped,
  due: readonly ChargeFacts[],
  { schedules, runId, now }: { readonly schedules: ReadonlyMap<string, ScheduleRow> } & ExecutedBy,
): Promise<{ readonly facts: readonly ChargeFacts[]; readonly failed: readonly FailedChange[] }> {
  const scheduled = due.flatMap((facts): Scheduled[] => {
    const schedule = schedules.get(facts.subscription.id)
    return schedule?.schedule_type === 'plan_change' ? [{ facts, schedule }] : []
  })
  if (scheduled.length === 0) return { facts: due, failed: [] }
  const orders = scheduled.map(({ schedule }) => planChangeOrder.parse(schedule.configuration))
  const plans = await sharePlanFacts(transaction, [...new Set(orders.map((order) => order.target_plan_id))])
  const changes: SubscriptionChange[] = []
  const failed: FailedChange[] = []
  const finished = scheduled.map(({ facts, schedule }, index): FinishedSchedule => {
    const order = orders[index]
    try {
      const change = boundaryChange(facts, order, plans)
      changes.push(change)
      return { id: schedule.id, result: { change_id: change.change.id } }
    } catch (error) {
      if (!isCodedError(error) || isRetryable(errorKind(error.code))) throw error
      const { code, message } = error
      failed.push({ scheduleId: schedule.id, subscriptionId: facts.subscription.id, code, message })
      return { id: schedule.id, error: { code, message } }
    }
  })
  await writeChanges(transaction, changes, now)
  await finishSchedules(transaction, finished, { runId, now })
  const changed = await readChargeFacts(
    transaction,
    changes.map(({ change }) => change.subscription_id),
    { lock: true },
  )
  const factsOf = new Map(changed.map((facts) => [facts.subscription.id, facts]))
  return { facts: due.map((facts) => factsOf.get(facts.subscription.id) ?? facts), failed }
}

function boundaryChange(
  facts: ChargeFacts,
  order: ReturnType<typeof planChangeOrder.parse> | undefined,
  plans: ReadonlyMap<string, TargetPlan>,
): SubscriptionChange {
  const { subscription } = facts
  // A pause that begins with the boundary, or is on, keeps no line of the plan from going with it.
  const whole = { ...facts, pauses: [] }
  const plan = plans.get(order?.target_plan_id ?? '')
  if (!order || !plan) throw notFound('Plan', order?.target_plan_id ?? '')
  const prepared = preparePlanChange(
    plan,
    order,
  )({
    ...{ facts: whole, billed: [], lastChangeAt: null },
    now: subscription.current_period_end,
  })
  const changeId = newId('subscriptionChange')
  const after = { ...changing(subscription), ...prepared.subscription }
  const result = changeResult(facts, prepared, {
    ...{ kind: order.kind, changeId, after, credits: [], invoice: null },
  })
  return {
    change: changeRow(facts, prepared, { changeId, input: null, result }),
    version: subscription.version,
    subscription: after,
    closed: prepared.planned.closed.map(({ line, at }) => ({ id: line.id, at })),
    opened: prepared.planned.opened.map((line) => comingRow(subscription.id, line)),
    ...grantMove(facts, prepared),
    formerGrid: prepared.formerGrid ?? null,
    neverBegan: prepared.neverBegan ?? [],
  }
}
