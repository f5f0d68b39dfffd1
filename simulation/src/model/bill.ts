import type { Allowance, UsageEvent } from '../lives/step.ts'
import { advanceLines, arrearLines, type ExpectedLine, onceLines } from './fixed.ts'
import { intervalAt, type Span, shared } from './grid.ts'
import { type Line, linesOf } from './lines.ts'
import { type Invoice, periodFrom, type Reason, type Subscription, stretchesOf } from './subscription.ts'
import { usageLines } from './usage.ts'

/** What the environment knows beside the subscription. */
export interface Surroundings {
  readonly now: number
  /** Of the subscription's customer, by meter, in the order in which they came. */
  readonly eventsOf: (subscription: number, meter: number) => readonly UsageEvent[]
  readonly allowances: ReadonlyMap<number, Allowance>
  /** How many events have come so far. */
  readonly seen: number
}

/** How long a draft with usage waits for late events. */
const delayMs = 3_600_000

/** What comes with a creation that is not ahead: a trial's zero invoice, or the first period in advance. */
export function billCreation(subscription: Subscription, around: Surroundings): void {
  const { now } = around
  if (subscription.start > now) return
  if (subscription.status === 'trialing') startTrial(subscription, around)
  else open(subscription, 'SUBSCRIPTION_CREATE', now, around)
}

/** Bills the one period that is due, and goes on into the next. */
export function billPeriod(subscription: Subscription, around: Surroundings): void {
  const { status, dueAt, start, end, current, grid } = subscription
  if (dueAt === start) {
    if (status === 'trialing') startTrial(subscription, around)
    else open(subscription, 'SUBSCRIPTION_CREATE', null, around)
    subscription.dueAt = subscription.current.end
    return
  }
  const opens = current.end < end ? periodFrom(grid, current.end, end) : null
  if (status === 'trialing') {
    if (opens) {
      subscription.current = opens
      open(subscription, 'SUBSCRIPTION_TRIAL_END', null, around)
    }
  } else close(subscription, current, opens, around)
  subscription.current = opens ?? current
  subscription.dueAt = opens?.end ?? null
  subscription.status = opens ? 'active' : 'cancelled'
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
}

function startTrial(subscription: Subscription, around: Surroundings): void {
  add(subscription, { reason: 'SUBSCRIPTION_TRIAL_START', period: subscription.current, lines: [] }, around)
}

function open(
  subscription: Subscription,
  reason: Reason,
  openedAt: number | null,
  around: Surroundings,
): void {
  const { current: period } = subscription
  const lines = allLines(subscription)
  const terms = fixedTerms(subscription)
  const fixed = [
    ...advanceLines(terms, lines, period, openedAt),
    ...onceLines(terms, lines, { closes: null, opens: period }),
  ]
  if (fixed.length > 0) add(subscription, { reason, period, lines: fixed }, around)
}

function close(subscription: Subscription, closes: Span, opens: Span | null, around: Surroundings): void {
  const lines = allLines(subscription)
  const terms = fixedTerms(subscription)
  const fixed = [
    ...arrearLines(terms, lines, closes),
    ...onceLines(terms, lines, { closes, opens }),
    ...(opens ? advanceLines(terms, lines, opens, null) : []),
  ]
  const usage = usageOf(subscription, closes, intervalAt(subscription.grid, closes.start), around)
  if (fixed.length + usage.length === 0) return
  add(subscription, { reason: 'SUBSCRIPTION_CYCLE', period: closes, lines: fixed, usage }, around)
}

function add(
  subscription: Subscription,
  written: {
    reason: Reason
    period: Span
    lines: readonly ExpectedLine[]
    usage?: readonly ExpectedLine[]
  },
  around: Surroundings,
): void {
  const { reason, period, lines: fixed, usage = [] } = written
  const interval = intervalAt(subscription.grid, period.start)
  const finalizeAt = usage.length > 0 && period.end + delayMs > around.now ? period.end + delayMs : null
  const invoice: Invoice = {
    ...{ reason, period, interval, fixed, usage, finalizeAt },
    ...{ status: 'DRAFT', seen: around.seen, metered: [] },
  }
  subscription.invoices.push(invoice)
  if (finalizeAt === null) finalize(subscription, invoice, around)
}

function usageOf(
  subscription: Subscription,
  period: Span,
  interval: Span,
  { eventsOf, allowances }: Surroundings,
): ExpectedLine[] {
  const since = subscription.trialEnd ?? subscription.start
  return [...subscription.chains.values()].flatMap((chain) => {
    const { type, meter } = chain.terms
    if (type !== 'USAGE' || meter === null) return []
    const lines = linesOf(chain, stretchesOf(subscription, chain.id))
    const events = eventsOf(subscription.id, meter)
    return usageLines(lines, { period, interval, events, allowance: allowances.get(meter), since })
  })
}

export function allLines(subscription: Subscription): Line[] {
  return [...subscription.chains.values()].flatMap((chain) =>
    linesOf(chain, stretchesOf(subscription, chain.id)),
  )
}

function fixedTerms({ grid, isProrated, start, trialEnd, end }: Subscription) {
  return { grid, isProrated, paid: { start: trialEnd ?? start, end } }
}
