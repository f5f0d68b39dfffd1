import { assert } from '../assert.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import { earlier, type Period } from '../time/period.ts'

/** What of a subscription follows its end. */
export interface EndingTerms {
  readonly grid: Grid
  /** The current one, as it stands: an end may have cut it. */
  readonly period: Period
  /** Of one that is in its trial, which is its period. */
  readonly trialEnd: Date | null
  /** Its start, if that lies ahead, else the period's end; null: nothing is due. */
  readonly nextBillingAt: Date | null
}

/**
 * A subscription's current period, and when billing has something to do next, once its end is another one: an end cuts
 * the period that holds it, and gives it back where it goes (billing rules, sections 2 and 8).
 *
 * @param end after the period's start; at it for one that has not begun, and ends as it would begin: then there is no period
 *   to cut, and billing comes at the start; null: it goes on for ever
 */
export function movedEnd(
  { grid, period, trialEnd, nextBillingAt }: EndingTerms,
  end: Date | null,
): { readonly periodEnd: Date; readonly nextBillingAt: Date | null } {
  const isUnbegun = nextBillingAt?.getTime() === period.start.getTime()
  if (end && isUnbegun && end.getTime() === period.start.getTime())
    return { periodEnd: period.end, nextBillingAt }
  assert(end === null || end > period.start, 'a period is not cut to nothing')
  const whole = trialEnd ?? gridIntervalAt(grid, period.start).end
  const periodEnd = end === null ? whole : earlier(whole, end)
  const isAtEnd = nextBillingAt?.getTime() === period.end.getTime()
  return { periodEnd, nextBillingAt: isAtEnd ? periodEnd : nextBillingAt }
}
