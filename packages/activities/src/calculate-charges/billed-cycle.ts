import type { ChargeFacts } from '@flexprice/database/calculations'
import type { NewInvoice } from '@flexprice/database/invoices'
import { assert, CodedError } from '@flexprice/domain'
import type { Cycle } from '@flexprice/domain/cycle'
import { gridIntervalAt, type Period, periodAt } from '@flexprice/domain/time'
import { gridAt } from './grid-at.ts'

/** What is asked to be charged of a subscription. */
export type CycleChoice =
  /** The next billing, as a billing run would make it. */
  | { readonly kind: 'next' }
  /** The invoice of a time that somebody names: of a period of the subscription what bills it, else as `window`. */
  | { readonly kind: 'named'; readonly window: Period }
  /** Whatever lies in a window, whether it was billed or not: no invoice comes of it. */
  | { readonly kind: 'window'; readonly window: Period }
  /** What is open of a period that a change of the grid ends: nothing follows on it. */
  | { readonly kind: 'closing'; readonly period: Period }
  /** What a draft bills, once more. */
  | { readonly kind: 'invoice'; readonly reason: BillingReason; readonly period: Period }
  /** Late usage alone, of a subscription that has no next invoice. */
  | { readonly kind: 'late' }

export type BillingReason = NewInvoice['invoice']['billing_reason']

export interface BilledCycle {
  readonly reason: BillingReason
  /** Of the invoice. */
  readonly period: Period
  readonly cycle: Cycle
  /** The period that begins with it; null where none does. Of a trial's period the cycle charges nothing. */
  readonly opens: Period | null
  /** Whether it bills what late events have changed of final invoices: the next one does. */
  readonly billsLate: boolean
}

/**
 * What the choice means for one subscription (billing rules, section 5): the period that ends and the one
 * that begins, or the opening. A window that is no period closes what lies in it, its usage and the ARREAR
 * boundaries, and opens nothing: ADVANCE bills the period that begins, and none begins with such a window's end.
 *
 * @throws invalid_operation for a subscription that has no such billing
 */
export function billedCycle(facts: BilledFacts, choice: CycleChoice): BilledCycle {
  switch (choice.kind) {
    case 'named':
      return ofPeriod(facts, choice.window) ?? within(facts, choice.window)
    case 'window':
      return within(facts, choice.window)
    case 'closing':
      return closingAlone(facts, choice.period)
    case 'invoice':
      return choice.reason === 'SUBSCRIPTION_CYCLE'
        ? { ...closing(facts, choice.period), billsLate: true }
        : opening(facts, choice.reason, choice.period)
    case 'next':
      return nextBilling(facts)
    case 'late':
      return lateAlone(facts)
  }
}

type BilledFacts = Pick<ChargeFacts, 'subscription' | 'lines'>
type Subscription = ChargeFacts['subscription']

/** Whether periods of a subscription end with an invoice: also while it is paused, as far as there is anything on it. */
export function isBilled(status: Subscription['subscription_status']): boolean {
  return status === 'active' || status === 'trialing' || status === 'paused'
}

/** Whether that is the invoice which the next billing run makes of it: what waits for its boundary is in it. */
export function isNextBilling({ subscription }: BilledFacts, choice: CycleChoice): boolean {
  if (choice.kind === 'next') return true
  const { subscription_status: status, next_billing_at: dueAt } = subscription
  if (choice.kind !== 'named' || !isBilled(status) || dueAt === null) return false
  return isSamePeriod(currentPeriod(subscription), choice.window)
}

/** When an invoice is due: as its period ends, or as what an opening pays for begins. */
export function boundaryOf({ reason, period }: Pick<BilledCycle, 'reason' | 'period'>): Date {
  return reason === 'SUBSCRIPTION_CYCLE' ? period.end : period.start
}

/** Whether billing has been there, and has written what the boundary bills. */
export function isBoundaryBilled(
  { next_billing_at: dueAt }: Pick<Subscription, 'next_billing_at'>,
  invoice: Pick<BilledCycle, 'reason' | 'period'>,
): boolean {
  return dueAt === null || boundaryOf(invoice) < dueAt
}

function within(facts: BilledFacts, window: Period): BilledCycle {
  const { subscription } = facts
  if (subscription.subscription_status === 'draft') throw notBilled(subscription, 'is a draft')
  return {
    reason: 'SUBSCRIPTION_CYCLE',
    period: window,
    cycle: { ...termsAt(facts, window.start), closes: window, opens: null, usage: 'within' },
    opens: null,
    billsLate: false,
  }
}

/** The invoice that comes as the period ends, whether it is the current one or another. */
function ofPeriod(facts: BilledFacts, window: Period): BilledCycle | undefined {
  const { subscription } = facts
  const { start_date: start, trial_end: trialEnd, end_date: end } = subscription
  if (subscription.subscription_status === 'draft') return undefined
  if (trialEnd && isSamePeriod({ start, end: trialEnd }, window)) return afterTrial(facts)
  if (isNextBilling(facts, { kind: 'named', window })) return nextBilling(facts)
  const paid = { start: trialEnd ?? start, end }
  const period = periodAt(gridAt(facts, window.start), paid, window.start)
  return period && isSamePeriod(period, window) ? closing(facts, period) : undefined
}

function isSamePeriod(one: Period, other: Period): boolean {
  return one.start.getTime() === other.start.getTime() && one.end.getTime() === other.end.getTime()
}

function currentPeriod(subscription: Subscription): Period {
  return { start: subscription.current_period_start, end: subscription.current_period_end }
}

function nextBilling(facts: BilledFacts): BilledCycle {
  const { subscription } = facts
  const { subscription_status: status, next_billing_at: dueAt, start_date: start } = subscription
  if (!isBilled(status)) throw notBilled(subscription, `is ${status}`)
  if (dueAt === null) throw notBilled(subscription, 'has nothing due')
  const { end_date: end } = subscription
  if (end !== null && end <= start) throw notBilled(subscription, 'ends as it would begin')
  const current = currentPeriod(subscription)
  const isStart = dueAt.getTime() === start.getTime()
  if (status === 'trialing') return isStart ? trialStart(facts) : afterTrial(facts)
  if (isStart) return opening(facts, 'SUBSCRIPTION_CREATE', current)
  return { ...closing(facts, current), billsLate: true }
}

/** A trial that begins is told of by an invoice of nothing (billing rules, section 7). */
function trialStart(facts: BilledFacts): BilledCycle {
  const period = currentPeriod(facts.subscription)
  const cycle = { ...termsAt(facts, period.start), closes: null, opens: null }
  return { reason: 'SUBSCRIPTION_TRIAL_START', period, cycle, opens: period, billsLate: false }
}

function afterTrial(facts: BilledFacts): BilledCycle {
  const { subscription } = facts
  const { trial_end: trialEnd, end_date: end } = subscription
  assert(trialEnd, 'a trial has an end')
  const opens = periodAt(gridAt(facts, trialEnd), { start: trialEnd, end }, trialEnd)
  if (!opens) throw notBilled(subscription, 'ends with its trial')
  return opening(facts, 'SUBSCRIPTION_TRIAL_END', opens)
}

function closing(facts: BilledFacts, closes: Period): BilledCycle {
  const { start_date: start, end_date: end, proration_behavior: own } = facts.subscription
  const opensGrid = gridAt(facts, closes.end)
  const opens = periodAt(opensGrid, { start, end }, closes.end) ?? null
  const behaviors = {
    prorationBehavior: cuttingBehavior(facts, closes) ?? own,
    advanceBehavior: (opens && cuttingBehavior(facts, opens)) ?? own,
  }
  const cycle = { ...termsAt(facts, closes.start), ...behaviors, closes, opens }
  const isOther = opensGrid.since?.getTime() === closes.end.getTime()
  return {
    ...{ reason: 'SUBSCRIPTION_CYCLE', period: closes, opens, billsLate: false },
    cycle: isOther ? { ...cycle, opensGrid } : cycle,
  }
}

function closingAlone(facts: BilledFacts, closes: Period): BilledCycle {
  const prorationBehavior = facts.subscription.proration_behavior
  const cycle = { ...termsAt(facts, closes.start), prorationBehavior, closes, opens: null }
  return { reason: 'SUBSCRIPTION_CYCLE', period: closes, cycle, opens: null, billsLate: true }
}

/** That of a cancellation which cuts the period: it holds for that period's fees, on whatever invoice they are. */
function cuttingBehavior(facts: BilledFacts, period: Period): Cycle['prorationBehavior'] | null {
  const { cancel_at: cancelAt, cancel_proration_behavior: behavior } = facts.subscription
  if (cancelAt?.getTime() !== period.end.getTime()) return null
  return gridIntervalAt(gridAt(facts, period.start), period.start).end > period.end ? behavior : null
}

function opening(facts: BilledFacts, reason: BillingReason, opens: Period): BilledCycle {
  const { proration_behavior: own, activated_at: activatedAt, created_at: createdAt } = facts.subscription
  const prorationBehavior = cuttingBehavior(facts, opens) ?? own
  // Made anew, it has what the creation has billed.
  const openedAt = reason === 'SUBSCRIPTION_CREATE' ? (activatedAt ?? createdAt) : undefined
  const cycle = { ...termsAt(facts, opens.start), prorationBehavior, closes: null, opens, openedAt }
  return { reason, period: opens, cycle, opens, billsLate: false }
}

/** Its last period's, and nothing of that period but what was added to it. */
function lateAlone(facts: BilledFacts): BilledCycle {
  const period = currentPeriod(facts.subscription)
  const cycle = { ...termsAt(facts, period.start), closes: null, opens: null }
  return { reason: 'SUBSCRIPTION_CYCLE', period, cycle, opens: null, billsLate: true }
}

/** Of a period that begins then. */
function termsAt(facts: BilledFacts, at: Date): Omit<Cycle, 'closes' | 'opens'> {
  const { subscription } = facts
  return {
    grid: gridAt(facts, at),
    start: subscription.start_date,
    end: subscription.end_date,
    trialEnd: subscription.trial_end,
    billFrom: subscription.bill_from,
    prorationBehavior: subscription.proration_behavior,
    externalCustomerId: subscription.external_customer_id,
  }
}

function notBilled({ id, subscription_status }: Subscription, why: string): CodedError {
  return new CodedError('invalid_operation', `Subscription ${id} ${why}: it has no such billing`, {
    details: { subscription_status },
  })
}
