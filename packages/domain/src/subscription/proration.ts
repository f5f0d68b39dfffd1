import { assert } from '../assert.ts'
import { type Decimal, decimalFromInteger } from '../money/decimal.ts'
import { roundRatioMoney } from '../money/money.ts'
import { type Ratio, ratio } from '../money/ratio.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import type { Period } from '../time/period.ts'

export const prorationBehaviors = ['create_prorations', 'none'] as const
export type ProrationBehavior = (typeof prorationBehaviors)[number]

/** A share of a whole period as two integers, never as their quotient: it is stored with the line. */
export interface Proration {
  readonly active_ms: number
  readonly whole_ms: number
}

/**
 * Active time ÷ the whole grid interval that holds it. The whole is never shortened by a start, a trial
 * or an end: half a first month costs half (billing rules, section 6). The grid is that of the price's
 * own period; the active time must lie in one of its intervals.
 */
export function prorationOf(grid: Grid, active: Period): Proration {
  const whole = gridIntervalAt(grid, active.start)
  assert(active.end > active.start, 'the active time is not empty')
  assert(active.end <= whole.end, 'the active time lies in one interval of the grid')
  return { active_ms: lengthMs(active), whole_ms: lengthMs(whole) }
}

/** amount × active ÷ whole, rounded once as money. The amount is that of a whole period, unrounded. */
export function prorate(
  { numerator, denominator }: Ratio,
  { active_ms, whole_ms }: Proration,
  currency: string,
): Decimal {
  const part = numerator.times(decimalFromInteger(active_ms))
  return roundRatioMoney(ratio(part, denominator.times(decimalFromInteger(whole_ms))), currency)
}

function lengthMs({ start, end }: Period): number {
  return end.getTime() - start.getTime()
}
