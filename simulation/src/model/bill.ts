import type { Allowance, UsageEvent } from '../lives/step.ts'
import { billLines, creditAhead } from './credit-ahead.ts'
import { advanceLines, arrearLines, type ExpectedLine, onceLines } from './fixed.ts'
import { fixedTerms, isProratedIn } from './fixed-terms.ts'
import { intervalAt, type Span, shared } from './grid.ts'
import type { Chain } from './lines.ts'
import { allLines, chainsOf, linesOfChain } from './lines-of-subscription.ts'
import type { MoneyModel } from './money.ts'
import { canMove, movePlan } from './move-plan.ts'
import { isPausedAt } from './pauses.ts'
import { type Invoice, periodFrom, type Reason, type Subscription } from './subscription.ts'
import { usageLines } from './usage.ts'

/** What the environment knows beside the subscription. */
export interface Surroundings {
  readonly now: number
  /** Of the subscription's customer, by meter, in the order in which they came. */
  readonly eventsOf: (subscription: number, meter: number) => readonly UsageEvent[]
  readonly allowances: ReadonlyMap<number, Allowance>
  /** How many events have come so far. */
  readonly seen: number
  readonly money: MoneyModel
  /** Of all plans, as they are now. */
  readonly chains: ReadonlyMap<number, Chain>
}

/** How long a draft with usage waits for late events. */
const delayMs = 3_600_000

/** What comes with a creation that is not ahead: a trial's zero invoice, or the first period in advance. */
export function billCreation(subscription: Subscription, around: Surroundings): void {
  if (subscription.start > around.now) return
  if (subscription.status === 'trialing') startTrial(subscription, around)
  else open(subscription, 'SUBSCRIPTION_CREATE', around)
}

/** Bills the one period that is due, and goes on into the next. */
export function billPeriod(subscription: Subscription, around: Surroundings): void {
  const { status, dueAt, start, end, current } = subscription
  if (end <= start) {
    // It ends as it would begin.
    Object.assign(subscription, { status: 'cancelled', dueAt: null })
    return
  }
  if (dueAt === start) {
    if (status === 'trialing') startTrial(subscription, around)
    else open(subscription, 'SUBSCRIPTION_CREATE', around)
    subscription.dueAt = subscription.current.end
    return
  }
  changeWaiting(subscription, around)
  const opens = periodAfter(subscription, current)
  const { cancellation } = subscription
  if (cancellation?.isToCome && cancellation.isProrated && opens === null) {
    creditAhead(subscription, cancellation.at, around)
  }
  if (status === 'trialing') {
    if (opens) {
      subscription.current = opens
      open(subscription, 'SUBSCRIPTION_TRIAL_END', around)
    }
  } else close(subscription, current, opens, around)
  subscription.current = opens ?? current
  subscription.dueAt = opens?.end ?? null
  const goesOn = opens && isPausedAt(subscription.pauses, opens.start) ? 'paused' : 'active'
  subscription.status = opens ? goesOn : 'cancelled'
}

/** A plan that waits comes with a boundary, also where a trial's end has moved since. */
function changeWaiting(subscription: Subscription, around: Surroundings): void {
  const { pendingPlan, current } = subscription
  if (!pendingPlan || pendingPlan.at > current.end) return
  subscription.pendingPlan = null
  const coming = { plan: pendingPlan.plan, at: current.end }
  // Where its plan has nothing any more, the old one is billed.
  if (canMove(subscription, coming, around.chains)) movePlan(subscription, coming, around)
}

/** Bills all that is due, one period after the other, with what is given before each; then closes, then ends credits. */
export function billDue(subscription: Subscription, around: Surroundings): void {
  const { now, money } = around
  for (;;) {
    if (money.giveDue(subscription, now)) continue
    if (subscription.dueAt === null || subscription.dueAt > now) break
    billPeriod(subscription, around)
  }
  for (const invoice of subscription.invoices) {
    if (invoice.finalizeAt !== null && invoice.finalizeAt <= now) finalize(subscription, invoice, around)
  }
  money.expire(subscription, now)
}

/** Rates the usage of a draft once more, and closes it; its FIXED lines stay as written. */
export function finalize(subscription: Subscription, invoice: Invoice, around: Surroundings): void {
  if (invoice.reason === 'SUBSCRIPTION_CYCLE') {
    invoice.usage = usageOf(subscription, invoice.period, invoice.interval, around)
    invoice.metered = allLines(subscription).flatMap(({ chain, ...line }) => {
      const window = shared(line, invoice.period)
      return window && chain.terms.meter !== null ? [{ ...window, meter: chain.terms.meter }] : []
    })
  }
  invoice.seen = around.seen
  invoice.finalizeAt = null
  const subtotal = [...invoice.fixed, ...invoice.usage].reduce((sum, { cents }) => sum + cents, 0n)
  const isNothing = subtotal === 0n && invoice.reason !== 'SUBSCRIPTION_TRIAL_START'
  invoice.status = isNothing ? 'SKIPPED' : 'FINALIZED'
  const when = { periodEnd: invoice.period.end, now: around.now }
  invoice.bill = around.money.close(
    subscription.id,
    { lines: billLines(invoice), before: invoice.bill },
    when,
  )
}

/** Makes a draft in the place of a voided invoice, by the lines and the usage of now; somebody closes it. */
export function replace(subscription: Subscription, voided: Invoice, around: Surroundings): void {
  const { reason, period } = voided
  voided.isReplaced = true
  const lines =
    reason === 'SUBSCRIPTION_CYCLE'
      ? cycleLines(subscription, { closes: period, opens: periodAfter(subscription, period) }, around)
      : { fixed: openingLines(subscription, reason, period), usage: [] }
  subscription.invoices.push(draft(subscription, { reason, period, ...lines }, around))
}

function startTrial(subscription: Subscription, around: Surroundings): void {
  const { current: period } = subscription
  add(subscription, { reason: 'SUBSCRIPTION_TRIAL_START', period, fixed: [], usage: [] }, around)
}

function open(subscription: Subscription, reason: Reason, around: Surroundings): void {
  const { current: period } = subscription
  const fixed = openingLines(subscription, reason, period)
  if (fixed.length > 0) add(subscription, { reason, period, fixed, usage: [] }, around)
}

/** A trial's start pays for nothing; what came inside the first period by the creation's instant is on its invoice. */
function openingLines(subscription: Subscription, reason: Reason, period: Span): ExpectedLine[] {
  if (reason === 'SUBSCRIPTION_TRIAL_START') return []
  const lines = allLines(subscription)
  const terms = fixedTerms(subscription, { reason, period })
  const openedAt = reason === 'SUBSCRIPTION_CREATE' ? subscription.createdAt : null
  return [
    ...advanceLines(terms, lines, period, openedAt),
    ...onceLines(terms, lines, { closes: null, opens: period }),
  ]
}

function close(subscription: Subscription, closes: Span, opens: Span | null, around: Surroundings): void {
  const lines = cycleLines(subscription, { closes, opens }, around)
  if (lines.fixed.length + lines.usage.length === 0) return
  add(subscription, { reason: 'SUBSCRIPTION_CYCLE', period: closes, ...lines }, around)
}

function cycleLines(
  subscription: Subscription,
  { closes, opens }: { closes: Span; opens: Span | null },
  around: Surroundings,
): Pick<Invoice, 'fixed' | 'usage'> {
  const lines = allLines(subscription)
  const terms = fixedTerms(subscription, { reason: 'SUBSCRIPTION_CYCLE', period: closes })
  const opening = { ...terms, isProrated: isProratedIn(subscription, opens ?? closes) }
  return {
    fixed: [
      ...arrearLines(terms, lines, closes),
      ...onceLines(terms, lines, { closes, opens }),
      ...(opens ? advanceLines(opening, lines, opens, null) : []),
    ],
    usage: usageOf(subscription, closes, intervalAt(subscription.grid, closes.start), around),
  }
}

type Written = Pick<Invoice, 'reason' | 'period' | 'fixed' | 'usage'>

export function add(subscription: Subscription, written: Written, around: Surroundings): void {
  const invoice = draft(subscription, written, around)
  const closesAt = invoice.period.end + delayMs
  if (invoice.usage.length > 0 && closesAt > around.now) invoice.finalizeAt = closesAt
  subscription.invoices.push(invoice)
  if (invoice.finalizeAt === null) finalize(subscription, invoice, around)
}

function draft({ grid }: Subscription, written: Written, { seen }: Surroundings): Invoice {
  const interval = intervalAt(grid, written.period.start)
  return {
    ...written,
    interval,
    finalizeAt: null,
    status: 'DRAFT',
    isReplaced: false,
    bill: null,
    seen,
    metered: [],
  }
}

function periodAfter({ grid, end }: Subscription, period: Span): Span | null {
  return period.end < end ? periodFrom(grid, period.end, end) : null
}

function usageOf(
  subscription: Subscription,
  period: Span,
  interval: Span,
  { eventsOf, allowances }: Surroundings,
): ExpectedLine[] {
  const since = subscription.trialEnd ?? subscription.start
  return chainsOf(subscription).flatMap((chain) => {
    const lines = linesOfChain(subscription, chain)
    const { type, meter } = lines[0]?.chain.terms ?? { type: 'FIXED', meter: null }
    if (type !== 'USAGE' || meter === null) return []
    const events = eventsOf(subscription.id, meter)
    return usageLines(lines, { period, interval, events, allowance: allowances.get(meter), since })
  })
}
