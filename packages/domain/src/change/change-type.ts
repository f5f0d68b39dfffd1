import { type Decimal, decimalFromInteger, readDecimal } from '../money/decimal.ts'
import { compareRatios, divideRatios, type Ratio, sumRatios, wholeRatio } from '../money/ratio.ts'
import { chargeFor } from '../price/charge.ts'
import { isRecurring, type RecurringPeriod } from '../time/billing-period.ts'
import type { RunningLine } from './change.ts'

export type ChangeType = 'upgrade' | 'downgrade' | 'lateral'

type Priced = Pick<RunningLine, 'terms' | 'quantity'>

/** By the sum of the recurring amounts of whole periods, each as of one day (billing rules, section 8). */
export function changeTypeOf(before: readonly Priced[], after: readonly Priced[]): ChangeType {
  switch (compareRatios(dailyAmount(after), dailyAmount(before))) {
    case 1:
      return 'upgrade'
    case -1:
      return 'downgrade'
    case 0:
      return 'lateral'
  }
}

function dailyAmount(lines: readonly Priced[]): Ratio {
  return sumRatios(
    lines.flatMap(({ terms, quantity }) => {
      const { type, billing_period: period, billing_period_count: count } = terms
      if (type !== 'FIXED' || !isRecurring(period)) return []
      const days = dayUnits[period].times(decimalFromInteger(count))
      return [divideRatios(chargeFor(terms, wholeRatio(quantity)).amount, wholeRatio(days))]
    }),
  )
}

const monthDays: Decimal = readDecimal('30.4375')

/** Of the mean year of 365.25 days, so that twelve months are a year. */
const dayUnits: Readonly<Record<RecurringPeriod, Decimal>> = {
  DAILY: decimalFromInteger(1),
  WEEKLY: decimalFromInteger(7),
  MONTHLY: monthDays,
  QUARTERLY: monthDays.times(decimalFromInteger(3)),
  HALF_YEARLY: monthDays.times(decimalFromInteger(6)),
  ANNUAL: monthDays.times(decimalFromInteger(12)),
}
