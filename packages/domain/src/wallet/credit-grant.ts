import type { FieldProblem } from '../errors.ts'
import { type Decimal, decimalFromInteger, divideRounded, readDecimal } from '../money/decimal.ts'
import type { RecurringPeriod } from '../time/billing-period.ts'
import { type Grid, gridIntervalAt, gridPoint } from '../time/grid.ts'
import { earlier, later, type Period } from '../time/period.ts'
import { periodAt } from '../time/period-at.ts'
import { conversionRateProblem, creditDigits } from './conversion.ts'

/** What is given, and when: the terms of a plan's or a subscription's credit grant. */
export interface GrantTerms {
  /** Of a whole period. */
  readonly credits: Decimal
  /** Null: once, at the start. */
  readonly every: { readonly period: RecurringPeriod; readonly count: number } | null
  /** Whether a period that a start or an end cuts short gives its share alone. */
  readonly prorates: boolean
  /** Null: the subscription's start. */
  readonly start: Date | null
  readonly end: Date | null
  readonly expiry: GrantExpiry
}

export type GrantExpiry =
  | { readonly type: 'NEVER' | 'BILLING_CYCLE' }
  | { readonly type: 'DURATION'; readonly unit: ExpiryUnit; readonly count: number }
export type ExpiryUnit = 'DAY' | 'WEEK' | 'MONTH' | 'YEAR'

/** What of a subscription decides what is granted to it. */
export interface GrantedSubscription {
  readonly grid: Grid
  readonly start: Date
  readonly end: Date | null
  readonly trialEnd: Date | null
}

/** What falls due at an instant. */
export interface DueGrant {
  /** Which time it is for; its start is the instant. That of a grant that comes once has no end. */
  readonly period: { readonly start: Date; readonly end: Date | null }
  /** Zero where so little of a period is left that nothing comes of it. */
  readonly credits: Decimal
  readonly expiresAt: Date | null
}

/** The first instant at which a grant can fall due: it has begun, and so has the subscription. */
export function firstGrantAt({ start }: Pick<GrantTerms, 'start'>, subscription: { start: Date }): Date {
  return start === null ? subscription.start : later(start, subscription.start)
}

/**
 * The first instant at which something of a grant is to come: of a subscription that another system billed before, the
 * first one from there on at which the grant's period begins. Null where it came once, and there.
 */
export function firstDueAt(
  terms: Pick<GrantTerms, 'start' | 'every'>,
  { grid, start, billFrom }: Pick<GrantedSubscription, 'grid' | 'start'> & { readonly billFrom: Date | null },
): Date | null {
  const first = firstGrantAt(terms, { start })
  if (billFrom === null || first >= billFrom) return first
  if (terms.every === null) return null
  const around = gridIntervalAt({ ...grid, ...terms.every }, billFrom)
  return around.start.getTime() === billFrom.getTime() ? billFrom : around.end
}

/**
 * What falls due at an instant, which is the first one or the end of the period before: its period runs to the next
 * point of the grid of the grant's own period on the subscription's anchor, or to an end that comes before it
 * (billing rules, sections 2, 6 and 11).
 *
 * @returns undefined from the grant's or the subscription's end on, and before either begins
 */
export function grantDueAt(
  terms: GrantTerms,
  subscription: GrantedSubscription,
  at: Date,
): DueGrant | undefined {
  const start = firstGrantAt(terms, subscription)
  const end = earliest(terms.end, subscription.end)
  if (at < start || (end !== null && at >= end)) return undefined
  const expiresAt = expiryOf(terms, subscription, at)
  if (terms.every === null) return { period: { start: at, end: null }, credits: terms.credits, expiresAt }
  const whole = gridIntervalAt({ ...subscription.grid, ...terms.every }, at)
  const period = { start: at, end: end === null ? whole.end : earlier(whole.end, end) }
  return {
    period,
    credits: terms.prorates ? shareOf(terms.credits, period, whole) : terms.credits,
    expiresAt,
  }
}

/** credits × time of the period ÷ the whole interval, rounded once (billing rules, section 6). */
function shareOf(credits: Decimal, period: Period, whole: Period): Decimal {
  const [active, all] = [period, whole].map(({ start, end }) =>
    decimalFromInteger(end.getTime() - start.getTime()),
  )
  if (active === undefined || all === undefined) return credits
  return divideRounded(credits.times(active), all, creditDigits, 'half_away_from_zero')
}

function expiryOf({ expiry }: GrantTerms, subscription: GrantedSubscription, at: Date): Date | null {
  switch (expiry.type) {
    case 'NEVER':
      return null
    case 'BILLING_CYCLE':
      return endOfCycle(subscription, at)
    case 'DURATION': {
      const { timeZone } = subscription.grid
      return gridPoint({ anchor: at, timeZone, period: periodOfUnit[expiry.unit], count: 1 }, expiry.count)
    }
  }
}

/** A trial is a period of its own, whatever the grid says. */
function endOfCycle({ grid, start, end, trialEnd }: GrantedSubscription, at: Date): Date | null {
  if (trialEnd !== null && at < trialEnd) return end === null ? trialEnd : earlier(trialEnd, end)
  return periodAt(grid, { start, end }, at)?.end ?? null
}

function earliest(left: Date | null, right: Date | null): Date | null {
  if (left === null || right === null) return left ?? right
  return earlier(left, right)
}

const periodOfUnit = { DAY: 'DAILY', WEEK: 'WEEKLY', MONTH: 'MONTHLY', YEAR: 'ANNUAL' } as const

/** Keeps every expiry inside the instants that can be written. */
export const grantDurationMax = 1_000

/** A grant as a request says it, as far as its parts must fit together. */
export interface AskedGrant {
  readonly cadence: 'ONETIME' | 'RECURRING'
  readonly period?: unknown
  readonly period_count?: unknown
  readonly expiration_type?: 'NEVER' | 'DURATION' | 'BILLING_CYCLE' | undefined
  readonly expiration_duration?: number | undefined
  readonly expiration_duration_unit?: ExpiryUnit | undefined
  readonly start_date?: Date | undefined
  readonly end_date?: Date | undefined
}

/** What does not fit together, by field: nothing that is said is passed over. */
export function grantProblems(asked: AskedGrant): FieldProblem[] {
  const problems: FieldProblem[] = []
  const refuse = (path: string, message: string) => problems.push({ path, message })
  if (asked.cadence === 'RECURRING' && asked.period === undefined) refuse('period', 'comes with RECURRING')
  if (asked.cadence === 'ONETIME') {
    for (const path of ['period', 'period_count'] as const) {
      if (asked[path] !== undefined) refuse(path, 'comes with RECURRING alone')
    }
  }
  for (const path of ['expiration_duration', 'expiration_duration_unit'] as const) {
    const isGiven = asked[path] !== undefined
    const isWanted = asked.expiration_type === 'DURATION'
    if (isGiven !== isWanted) refuse(path, `comes with expiration_type DURATION${isGiven ? ' alone' : ''}`)
  }
  const { start_date: start, end_date: end } = asked
  if (start && end && end <= start) refuse('end_date', 'must be after start_date')
  return problems
}

/** What of a grant does not fit its subscription: it could never give anything, or not in that currency. */
export function grantFitProblems(
  grant: { start_date: Date | null; end_date: Date | null; conversion_rate: string },
  subscription: { start_date: Date; end_date: Date | null; currency: string },
): FieldProblem[] {
  const at = firstGrantAt({ start: grant.start_date }, { start: subscription.start_date })
  const problems: FieldProblem[] = []
  const { end_date: end, currency } = subscription
  if (end && at >= end)
    problems.push({ path: 'start_date', message: "must be before the subscription's end" })
  if (grant.end_date && at >= grant.end_date) {
    problems.push({ path: 'end_date', message: `must be after ${at.toISOString()}, when it begins` })
  }
  const rate = conversionRateProblem(readDecimal(grant.conversion_rate), currency)
  if (rate) problems.push({ path: 'conversion_rate', message: rate })
  return problems
}

/** What is wrong with an instant as a grant's new end; undefined if nothing is. What was given stays. */
export function grantEndProblem(
  end: Date,
  { start, now }: { start: Date | null; now: Date },
): string | undefined {
  if (start !== null && end <= start) return 'must be after start_date'
  return end < now ? `must not be before ${now.toISOString()}, which is now: what was given stays` : undefined
}
