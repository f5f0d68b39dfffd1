import { assert } from '../assert.ts'
import { type Decimal, decimalFromInteger, isPositive, zero } from '../money/decimal.ts'
import { roundRatioMoney } from '../money/money.ts'
import { ratio } from '../money/ratio.ts'
import { earlier, later, type Period } from '../time/period.ts'
import type { BilledTime, PlannedCredit } from './change.ts'

/**
 * What of billed time comes back when its line goes (billing rules, section 6): the lesser of what was really billed
 * for the time from then on and of what notes and changes have not credited yet, prorated over the span that was billed.
 * Time that a change has credited before does not come back again.
 *
 * @returns undefined when nothing comes back
 */
export function creditTime(billed: BilledTime, from: Date, currency: string): PlannedCredit | undefined {
  const { span, creditedFrom } = billed
  const time = { start: later(span.start, from), end: earlier(span.end, creditedFrom ?? span.end) }
  if (time.start >= time.end) return undefined
  const left = billed.billed.minus(billed.credited)
  const share = creditShare(billed.billed, { time, span }, currency)
  const amount = share.lt(left) ? share : left
  return isPositive(amount) ? { billed, span: time, amount } : undefined
}

/** The part of an amount that is for a time within the span that it was billed for, rounded once. */
export function creditShare(
  amount: Decimal,
  { time, span }: { readonly time: Period; readonly span: Period },
  currency: string,
): Decimal {
  const whole = lengthMs(span)
  assert(whole > 0, 'what was billed for an instant has no time to be credited')
  const part = amount.times(decimalFromInteger(lengthMs(time)))
  return isPositive(part) ? roundRatioMoney(ratio(part, decimalFromInteger(whole)), currency) : zero
}

function lengthMs({ start, end }: Period): number {
  return end.getTime() - start.getTime()
}
