import { assert } from '../assert.ts'
import { type AnchorTerms, anchorFor } from '../time/anchor.ts'
import type { Grid } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { earlier, later } from '../time/period.ts'
import { periodAt } from '../time/period-at.ts'
import { trialEnd } from './trial.ts'

export interface ScheduleTerms extends AnchorTerms {
  /** After the start. None is for ever. */
  readonly end?: Date | null | undefined
  /** A point of the grid; what lies before counts as billed. None: all is billed. */
  readonly billFrom?: Date | null | undefined
  /** 0 is no trial. */
  readonly trialDays: number
}

/** A subscription's beginning in time. All but `phase` and `nextBillingAt` are independent of now. */
export interface Schedule {
  readonly grid: Grid
  /** Cut by the subscription's end. */
  readonly trial: Period | null
  /** The trial while there is one to come or at work, else the first paid period, or the present one before that. */
  readonly currentPeriod: Period
  /** From the trial's end, or from where billing begins, else from the start, to the next grid point or the end; null when the trial lasts to the end. */
  readonly firstPaidPeriod: Period | null
  /** `scheduled`: the start lies ahead. `trialing`, `running`: it has come, however long ago. */
  readonly phase: 'scheduled' | 'trialing' | 'running'
  /** When billing next has something to do: the start that lies ahead, the trial's end, else the current period's end. */
  readonly nextBillingAt: Date
}

/**
 * The first periods of a subscription that begins (billing rules, sections 2 and 7). After a trial an
 * anniversary anchor is the trial's end; an explicit or calendar anchor stays, and the first paid
 * period is short. A start in the past begins there: `nextBillingAt` is then due at once, and billing
 * cycles catch up period by period. With `billFrom` they catch up from there, whatever was before; where it
 * lies ahead, periods go by without anything to bill.
 */
export function scheduleOf(terms: ScheduleTerms, now: Date): Schedule {
  const { start, end, billFrom } = terms
  assert(!end || end > start, 'a subscription ends after its start')
  assert(!billFrom || terms.trialDays === 0, 'what was billed elsewhere is no trial')
  const trial = trialOf(terms)
  const paidFrom = trial?.end ?? start
  const grid = gridOf(terms, paidFrom)
  const paid = (instant: Date): Period | null => periodAt(grid, { start: paidFrom, end }, instant) ?? null
  const firstPaidPeriod = paid(billFrom ?? paidFrom)
  const currentPeriod = trial ?? paid(billFrom ? later(start, earlier(billFrom, now)) : paidFrom)
  assert(currentPeriod, 'a subscription without a trial has a first period')
  const isAhead = start > now
  return {
    grid,
    trial,
    currentPeriod,
    firstPaidPeriod,
    phase: isAhead ? 'scheduled' : trial ? 'trialing' : 'running',
    nextBillingAt: isAhead ? start : currentPeriod.end,
  }
}

function trialOf({ start, end, trialDays, timeZone }: ScheduleTerms): Period | null {
  assert(trialDays >= 0, 'a trial has no negative length')
  if (trialDays === 0) return null
  const whole = trialEnd(start, trialDays, timeZone)
  return { start, end: end ? earlier(whole, end) : whole }
}

function gridOf(terms: ScheduleTerms, paidFrom: Date): Grid {
  const { period, count, timeZone, billingAnchor, billingCycle } = terms
  const isAnniversary = !billingAnchor && billingCycle === 'anniversary'
  return { anchor: isAnniversary ? paidFrom : anchorFor(terms), period, count, timeZone }
}
