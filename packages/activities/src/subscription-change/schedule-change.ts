import type {
  PlanChangeOrder,
  SubscriptionChangeInput,
  SubscriptionChangeResult,
} from '@flexprice/contracts/workflows'
import type { ChargeFacts } from '@flexprice/database/calculations'
import { writeChanges } from '@flexprice/database/changes'
import { newId, type Scoped } from '@flexprice/database/connection'
import { insertSchedules } from '@flexprice/database/schedules'
import { CodedError, invalid } from '@flexprice/domain'
import { changeResult } from './change-result.ts'
import { changeRow, changing } from './change-row.ts'
import { makeWay } from './make-way.ts'
import type { HeldSubscription, PreparedChange } from './prepared-change.ts'

interface ScheduledChange {
  readonly facts: ChargeFacts
  readonly order: PlanChangeOrder
  readonly prepare: (held: HeldSubscription) => PreparedChange | Promise<PreparedChange>
  readonly input: SubscriptionChangeInput
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
  { facts, order, prepare, input, now }: ScheduledChange,
): Promise<SubscriptionChangeResult> {
  const { subscription } = facts
  const at = subscription.current_period_end
  if (order.proration_behavior === 'create_prorations') throw noProrations()
  if (subscription.end_date && subscription.end_date <= at) throw endsBefore(facts)
  const planned = await prepare({ facts, billed: [], lastChangeAt: null, now: at })
  const superseded = await makeWay(transaction, { subscriptionId: subscription.id, request: order, now })
  const prepared = { ...planned, superseded }
  const configuration = { ...order, supersede: false, change_at: 'end_of_period' }
  const [scheduleId = ''] = await insertSchedules(
    transaction,
    [{ subscription_id: subscription.id, schedule_type: 'plan_change', scheduled_at: at, configuration }],
    now,
  )
  const changeId = newId('subscriptionChange')
  // Nothing moves yet; a preview shows what will.
  const after = { ...changing(subscription), ...(input.mode === 'preview' ? prepared.subscription : {}) }
  const result = {
    ...changeResult(facts, prepared, { kind: order.kind, changeId, after, credits: [], invoice: null }),
    ...{ is_scheduled: true, schedule_id: scheduleId },
  }
  const change = changeRow(facts, prepared, { changeId, input, result })
  const { version } = subscription
  // By its row the request is one for ever, and whoever asks meanwhile is told that it was changed.
  await writeChanges(
    transaction,
    [{ change, version, subscription: changing(subscription), closed: [], opened: [], formerGrid: null }],
    now,
  )
  return result
}

function noProrations(): CodedError {
  const message = "must be none at the period's end, where there is nothing to prorate"
  return invalid([{ path: 'proration_behavior', message }])
}

function endsBefore({ subscription: { id } }: ChargeFacts): CodedError {
  return new CodedError(
    'invalid_operation',
    `Subscription ${id} ends with its period: no change comes after it`,
  )
}
