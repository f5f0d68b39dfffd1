import type { PlanChangeOrder } from '@flexprice/contracts/workflows'
import type { Scoped } from '@flexprice/database/connection'
import { applicationAt, type NewApplication } from '@flexprice/database/grants'
import {
  type PlanFacts,
  readSubscriptionFacts,
  type SubscriptionFacts,
} from '@flexprice/database/subscriptions'
import { CodedError, invalid, notFound } from '@flexprice/domain'
import { type ChangeFacts, type GridChange, linesOnGrid, planChange } from '@flexprice/domain/change'
import { zero } from '@flexprice/domain/money'
import type { Grid, Period } from '@flexprice/domain/time'
import { createSharedTerms } from '../calculate-charges/cycle-lines.ts'
import { closePeriod } from '../cron-billing/close-period.ts'
import { unpricedUsage } from '../subscription-creation/unpriced-usage.ts'
import { type ChangeLine, changeFacts, comingLine, planPrices } from './change-line.ts'
import type { ChangeKind, HeldSubscription, PreparedChange } from './prepared-change.ts'
import { wantedGrid } from './wanted-grid.ts'

/**
 * To another plan (billing rules, section 8): in place, also with another period.
 *
 * @throws not_found for a plan that is not there
 */
export const planChangeKind: ChangeKind<PlanChangeOrder> = async (transaction, order) => {
  const id = order.target_plan_id
  const plan = (await sharePlanFacts(transaction, [id])).get(id)
  if (!plan) throw notFound('Plan', id)
  return (held) => {
    const prepared = preparePlanChange(plan, order)(held)
    const closes = closedPeriod(held, prepared.planned)
    if (!closes) return prepared
    const { plan_id, plan_name } = held.facts.subscription
    const closing = { subscriptionId: held.facts.subscription.id, period: closes, now: held.now }
    return {
      ...prepared,
      finish: async () => ({
        invoice_ids: await closePeriod(transaction, { ...closing, plan: { id: plan_id, name: plan_name } }),
      }),
    }
  }
}

/**
 * What is changed once the subscription is held, at the instant that is given as its now; for a page of subscriptions, too,
 * as what their prices share is made once.
 */
export function preparePlanChange(plan: TargetPlan, order: PlanChangeOrder) {
  const shared = createSharedTerms()
  const prices = planPrices(plan.prices)
  return (held: HeldSubscription): PreparedChange => {
    const facts = changeFacts(held.facts, held.billed, shared)
    const gridChange = wantedGrid(held, order, facts)
    refuseSamePlan(held, plan, gridChange)
    const made = planChange(
      facts,
      {
        ...{ kind: 'plan_change', behavior: order.proration_behavior, prices, make: comingLine },
        gridChange,
      },
      held.now,
    )
    const planned = { ...made, warnings: unbilledUsage(held.facts.lines, made, plan) }
    const { grid } = gridChange ?? facts.cycle
    if (planned.opened.length === 0) throw noCompatiblePrice(held, plan, grid)
    // At a boundary the cycle's invoice bills all of it.
    const isMoney = order.change_at === 'immediate'
    return {
      planned: isMoney ? planned : { ...planned, credits: [], charges: [], net: zero },
      subscription: {
        ...{ plan_id: plan.id, synced_price_sequence: plan.price_sequence },
        ...(gridChange && movedGrid(gridChange, order)),
      },
      toPlan: { id: plan.id, name: plan.name },
      neverBegan: linesThatNeverBegan(held.facts.lines, planned),
      applications: comingGrants(held, plan, gridChange),
      formerGrid: gridChange && formerGrid(facts, held.now),
    }
  }
}

/**
 * Of plans that the subscription had before, ahead and without length, as such a plan took them along when it left, or a
 * user had ended them before: an end of theirs says nothing of a plan that comes anew (decision 25).
 */
function linesThatNeverBegan(
  lines: HeldSubscription['facts']['lines'],
  { at, opened }: Pick<PreparedChange['planned'], 'at' | 'opened'>,
): string[] {
  const reopened = new Set(opened.map(({ id }) => id))
  return lines.flatMap(({ line: { id, start_date: start, end_date: end }, price }) => {
    const isOfPlan = price.plan_id !== null || price.overridden_price_id !== null
    return isOfPlan && start > at && end !== null && end <= start && !reopened.has(id) ? [id] : []
  })
}

/** Of the plan that is changed to, and of the one that goes: as at a creation. */
function unbilledUsage(
  lines: HeldSubscription['facts']['lines'],
  { at, closed, opened }: Pick<PreparedChange['planned'], 'at' | 'closed' | 'opened'>,
  plan: TargetPlan,
): string[] {
  const going = new Set(closed.map(({ line }) => line.id))
  const staying = lines.filter(({ line: { id, end_date: end } }) => !going.has(id) && (!end || end > at))
  const priced = new Set([...staying, ...opened].map(({ price }) => price.meter_id))
  const gone = lines.flatMap(({ line, meter }): [string, string][] =>
    meter && going.has(line.id) ? [[meter.id, meter.name]] : [],
  )
  return unpricedUsage(plan, priced, gone)
}

/** What was open of the current period, where another grid takes its place at once; none in a trial. */
function closedPeriod(
  { facts: { subscription }, now }: HeldSubscription,
  { gridChange }: PreparedChange['planned'],
): Period | undefined {
  const { current_period_start: start, subscription_status: status } = subscription
  return gridChange && status !== 'trialing' && start < now ? { start, end: now } : undefined
}

function movedGrid({ grid, period }: GridChange, order: PlanChangeOrder): PreparedChange['subscription'] {
  return {
    billing_period: grid.period,
    billing_period_count: grid.count,
    ...(order.period && { billing_cycle: order.period.billing_cycle }),
    billing_anchor: grid.anchor,
    ...(order.change_at === 'immediate'
      ? { current_period_start: period.start, current_period_end: period.end, next_billing_at: period.end }
      : {}),
  }
}

function formerGrid(facts: ChangeFacts<ChangeLine>, until: Date): PreparedChange['formerGrid'] {
  const { anchor, period, count } = facts.cycle.grid
  return {
    grid: { anchor: anchor.toISOString(), period, count, until: until.toISOString() },
    lineIds: linesOnGrid(facts).map(({ id }) => id),
  }
}

/** A plan that is changed to. */
export interface TargetPlan extends PlanFacts, Pick<SubscriptionFacts, 'meters'> {}

/** Published plans with their prices, held against edits and deletion until the transaction ends. */
export async function sharePlanFacts(
  transaction: Scoped,
  planIds: readonly string[],
): Promise<ReadonlyMap<string, TargetPlan>> {
  const { plans, meters } = await readSubscriptionFacts(transaction, {
    ...{ customerIds: [], externalCustomerIds: [], planIds },
    ...{ entitlementIds: [], idempotencyKeys: [], areListsOthers: false },
  })
  return new Map([...plans].map(([id, plan]) => [id, { ...plan, meters }]))
}

/** Recurring ones begin with the next period, which begins at once with another grid; the others not at all. */
function comingGrants(
  { facts: { subscription }, now }: HeldSubscription,
  { grants }: PlanFacts,
  gridChange: GridChange | null,
): NewApplication[] {
  const isAtOnce = gridChange !== null && subscription.subscription_status !== 'trialing'
  const at = isAtOnce ? now : subscription.current_period_end
  return grants
    .filter(({ cadence }) => cadence === 'RECURRING')
    .map((grant) => applicationAt(grant, subscription, { at, reason: 'first_time_recurring_credit_grant' }))
}

/** A plan may have prices of several periods. */
function refuseSamePlan(
  { facts: { subscription } }: HeldSubscription,
  { id }: PlanFacts,
  gridChange: GridChange | null,
): void {
  const { plan_id, billing_period: period, billing_period_count: count } = subscription
  if (plan_id !== id) return
  if (gridChange && (gridChange.grid.period !== period || gridChange.grid.count !== count)) return
  const fields = [{ path: 'target_plan_id', message: 'is the plan that the subscription has already' }]
  const message = `Subscription ${subscription.id} has plan ${id} already`
  throw new CodedError('state_conflict', message, { details: { fields } })
}

function noCompatiblePrice(
  { facts: { subscription } }: HeldSubscription,
  { id }: PlanFacts,
  { period, count }: Grid,
): CodedError {
  const what = `has no price in ${subscription.currency} each ${count} × ${period} that is at work then or later`
  return invalid([{ path: 'target_plan_id', message: `plan ${id} ${what}` }])
}
