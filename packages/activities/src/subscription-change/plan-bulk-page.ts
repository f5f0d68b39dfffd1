import type { PlanChangeOrder } from '@flexprice/contracts/workflows'
import { type ChargeFacts, readChargeFacts } from '@flexprice/database/calculations'
import { type BulkChangeRow, listChangedSince, readBilledTime } from '@flexprice/database/changes'
import type { Scoped } from '@flexprice/database/connection'
import { listWithDueGrants } from '@flexprice/database/grants'
import { listPendingSchedules, type ScheduleRow } from '@flexprice/database/schedules'
import { assert, CodedError, errorKind, isCodedError, isRetryable, notFound } from '@flexprice/domain'
import type { BilledTime } from '@flexprice/domain/change'
import { isBehind, refuseNotRunning } from './change-held.ts'
import { advanceLineIds } from './change-line.ts'
import { type MadeChange, makeChange } from './make-change.ts'
import { preparePlanChange, sharePlanFacts } from './plan-change-kind.ts'
import { type ChangeToSchedule, refuseEnding } from './schedule-change.ts'

/** What would become of a subscription, or why nothing does. */
export type BulkPlan = { readonly facts: ChargeFacts } & (
  | (ChangeToSchedule & {
      /** As it is written at once; null of what waits for its boundary. */
      readonly made: MadeChange | null
    })
  | { readonly error: CodedError }
)

/** What is asked for of each subscription of a bulk change. */
export function bulkOrder(bulk: BulkChangeRow): PlanChangeOrder {
  const { target_plan_id, proration_behavior, change_at, supersede } = bulk
  return { kind: 'plan_change', target_plan_id, proration_behavior, change_at, supersede, period: null }
}

/**
 * Plans the changes of a page of subscriptions, each by the rule of a single one, as of the instant to which the bulk change
 * is pinned. A fixed number of statements, however many they are. What cannot be changed is told, and stops no other.
 *
 * @param lock true to hold plan, subscriptions and what waits for their boundaries until the caller's transaction ends
 * @returns by id; what is not there is left out. Where the target plan is gone, or its prices are not those of the preview's
 *   beginning, each is told so
 */
export async function planBulkPage(
  transaction: Scoped,
  bulk: BulkChangeRow,
  {
    subscriptionIds,
    lock,
    now,
  }: { readonly subscriptionIds: readonly string[]; readonly lock: boolean; readonly now: Date },
): Promise<readonly BulkPlan[]> {
  assert(transaction.db.isTransaction, 'what is read is of one state')
  const order = bulkOrder(bulk)
  const at = bulk.pinned_at
  const plan = (await sharePlanFacts(transaction, [order.target_plan_id])).get(order.target_plan_id)
  const facts = await readChargeFacts(transaction, subscriptionIds, { lock })
  if (!plan || plan.price_sequence !== bulk.target_sequence) {
    const error = plan ? pricesChanged(plan.id) : notFound('Plan', order.target_plan_id)
    return facts.map((one) => ({ facts: one, error }))
  }
  const changed = await listChangedSince(transaction, subscriptionIds, at)
  const pending = await listPendingSchedules(transaction, subscriptionIds, { lock })
  const isAtOnce = order.change_at === 'immediate'
  const billedOf = isAtOnce ? await readBilled(transaction, facts, at) : new Map<string, BilledTime[]>()
  const ungiven = isAtOnce ? await listWithDueGrants(transaction, subscriptionIds, at) : new Set<string>()
  const prepare = preparePlanChange(plan, order)
  return facts.map((one): BulkPlan => {
    const { id, current_period_end: end } = one.subscription
    try {
      refuseNotRunning(one, order, at)
      if (isBehind(one, order, at)) throw behindBilling(id, 'a period that has ended and is not billed yet')
      if (ungiven.has(id)) throw behindBilling(id, 'credits that fell due and are not given yet')
      if (changed.has(id)) throw changedSince(id, at)
      const waiting = pending.get(id)
      if (waiting && !order.supersede) throw hasPending(waiting)
      if (!isAtOnce) refuseEnding(one)
      const held = {
        facts: one,
        billed: billedOf.get(id) ?? [],
        lastChangeAt: null,
        now: isAtOnce ? at : end,
      }
      const prepared = { ...prepare(held), superseded: waiting ? [waiting.id] : [] }
      // By the key the change of a subscription is one for ever, whoever works on the page.
      const key = { idempotency_key: `${bulk.id}:${id}`, request_hash: bulk.request_hash }
      const change = { facts: one, prepared, input: { ...key, request: order } }
      return { ...change, made: isAtOnce ? makeChange({ ...change, now }) : null }
    } catch (error) {
      if (!isCodedError(error) || isRetryable(errorKind(error.code))) throw error
      return { facts: one, error }
    }
  })
}

/** By subscription, in the order in which it was billed. */
async function readBilled(
  transaction: Scoped,
  facts: readonly ChargeFacts[],
  at: Date,
): Promise<ReadonlyMap<string, BilledTime[]>> {
  const subscriptionOf = new Map(
    facts.flatMap((one) => advanceLineIds(one).map((id) => [id, one.subscription.id] as const)),
  )
  const times = await readBilledTime(transaction, [...subscriptionOf.keys()], at)
  return Map.groupBy(times, ({ lineId }) => subscriptionOf.get(lineId) ?? '')
}

function pricesChanged(id: string): CodedError {
  return new CodedError('version_conflict', `Prices of plan ${id} have changed since the preview began`)
}

function behindBilling(id: string, what: string): CodedError {
  return new CodedError('state_conflict', `Subscription ${id} has ${what}`)
}

function changedSince(id: string, at: Date): CodedError {
  const message = `Subscription ${id} has been changed after ${at.toISOString()}, from which this change would hold`
  return new CodedError('version_conflict', message)
}

function hasPending({ id, subscription_id, scheduled_at: at }: ScheduleRow): CodedError {
  const message = `Subscription ${subscription_id} has a change, ${id}, that waits for ${at.toISOString()}: supersede it, or cancel it first`
  return new CodedError('state_conflict', message, { details: { schedule_id: id } })
}
