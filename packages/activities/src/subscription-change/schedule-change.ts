import type {
  PlanChangeOrder,
  SubscriptionChangeInput,
  SubscriptionChangeResult,
} from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import { writeChanges } from '@flexprice/database/changes'
import { newId, type Scoped } from '@flexprice/database/connection'
import { insertSchedules, type ScheduleRow } from '@flexprice/database/schedules'
import { assert, CodedError, invalid } from '@flexprice/domain'
import { changeResult, subscriptionSummary } from './change-result.ts'
import { changeRow, changing } from './change-row.ts'
import { makeWay, scheduledOrder } from './make-way.ts'
import type { HeldSubscription, PreparedChange } from './prepared-change.ts'

interface ScheduledChange {
  readonly facts: ChargeFacts
  readonly order: PlanChangeOrder
  readonly prepare: (held: HeldSubscription) => PreparedChange | Promise<PreparedChange>
  readonly input: SubscriptionChangeInput
  /** What waits for the boundary already. */
  readonly pending: ScheduleRow | undefined
  readonly now: Date
}

/**
 * Writes down a change that is to be made as the current period ends: the one of the instant of asking, even when it has
 * passed and is not billed yet (billing rules, section 8). What can be refused is refused now; billing makes the change in
 * the transaction of the boundary.
 *
 * @throws validation_error for prorations, of which there are none at a boundary; state_conflict where another change waits
 *   and is not to be superseded
 */
export async function scheduleChange(
  transaction: Scoped,
  { facts, order, prepare, input, pending, now }: ScheduledChange,
): Promise<SubscriptionChangeResult> {
  const { subscription } = facts
  if (order.proration_behavior === 'create_prorations') throw noProrations()
  refuseEnding(facts)
  const planned = await prepare({
    facts,
    billed: [],
    lastChangeAt: null,
    now: subscription.current_period_end,
  })
  const superseded = await makeWay(transaction, {
    ...{ subscriptionId: subscription.id, pending, request: order, now },
  })
  const prepared = { ...planned, superseded }
  const [result] = await writeScheduledChanges(transaction, [{ facts, prepared, input }], { order, now })
  assert(result, 'a change has a result')
  if (input.mode === 'execute') return result
  // Nothing moves yet; a preview shows what will.
  const after = { ...changing(subscription), ...prepared.subscription }
  return { ...result, after: subscriptionSummary(subscription, after) }
}

/** @throws state_conflict for a subscription that ends with its period: nothing comes after it */
export function refuseEnding({ subscription }: ChargeFacts): void {
  const { id, end_date: end, current_period_end: at } = subscription
  if (end === null || end > at) return
  const message = `Subscription ${id} ends with its period: no change comes after it`
  throw new CodedError('state_conflict', message)
}

/** What is to be written down of a subscription that is held. */
export interface ChangeToSchedule {
  readonly facts: ChargeFacts
  readonly prepared: PreparedChange
  readonly input: Pick<SubscriptionChangeInput, 'idempotency_key' | 'request_hash' | 'request'>
}

/**
 * Keeps what is to be done at the subscriptions' boundaries, with the changes' rows: by them each request is one for ever,
 * and whoever asks meanwhile is told that it was changed. A fixed number of statements, however many they are.
 *
 * @returns in the order given
 */
export async function writeScheduledChanges(
  transaction: Scoped,
  changes: readonly ChangeToSchedule[],
  { order, now }: { readonly order: PlanChangeOrder; readonly now: Date },
): Promise<readonly SubscriptionChangeResult[]> {
  const configuration = { ...scheduledOrder(order) }
  const scheduleIds = await insertSchedules(
    transaction,
    changes.map(({ facts: { subscription } }) => ({
      ...{ subscription_id: subscription.id, schedule_type: 'plan_change', configuration },
      scheduled_at: subscription.current_period_end,
    })),
    now,
  )
  const written = changes.map(({ facts, prepared, input }, index) => {
    const changeId = newId('subscriptionChange')
    const after = changing(facts.subscription)
    const none = { credits: [], invoice: null }
    const result = {
      ...changeResult(facts, prepared, { kind: order.kind, changeId, after, ...none }),
      ...{ is_scheduled: true, schedule_id: scheduleIds[index] ?? null },
      ...comingPeriod(prepared),
    }
    const change = changeRow(facts, prepared, { changeId, input, result })
    const { version } = facts.subscription
    const noLines = { closed: [], opened: [], neverBegan: [], formerGrid: null }
    const noGrants = { stoppedPlanId: null, applications: [] }
    return { result, row: { change, version, subscription: after, ...noLines, ...noGrants } }
  })
  await writeChanges(
    transaction,
    written.map(({ row }) => row),
    now,
  )
  return written.map(({ result }) => result)
}

/** That the boundary will begin, where it is of another grid. */
function comingPeriod({ planned: { gridChange } }: PreparedChange) {
  if (!gridChange) return {}
  const { grid, period } = gridChange
  return {
    coming_period: {
      billing_anchor: grid.anchor.toISOString(),
      current_period_start: period.start.toISOString(),
      current_period_end: period.end.toISOString(),
    },
  }
}

function noProrations(): CodedError {
  const message = "must be none at the period's end, where there is nothing to prorate"
  return invalid([{ path: 'proration_behavior', message }])
}
