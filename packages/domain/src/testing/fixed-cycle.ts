import type { Cycle, CycleLine, CycleTerms } from '../cycle/cycle.ts'
import { planCycle } from '../cycle/plan-cycle.ts'
import { rateCycle } from '../cycle/rate-cycle.ts'
import { formatDecimal } from '../money/decimal.ts'
import type { Grid } from '../time/grid.ts'
import { dec } from './price-arbitrary.ts'

export const day = (text: string) => new Date(`${text}T00:00:00Z`)
/** Months from the 1st. */
export const grid: Grid = { anchor: day('2026-05-01'), period: 'MONTHLY', count: 1, timeZone: 'UTC' }
/** A FIXED line of 30 in advance, unless told. */
export function line(rest: Partial<CycleLine> = {}, terms: Partial<CycleTerms> = {}): CycleLine {
  return {
    terms: {
      type: 'FIXED',
      invoice_cadence: 'ADVANCE',
      currency: 'usd',
      billing_period: 'MONTHLY',
      billing_period_count: 1,
      billing_model: 'FLAT_FEE',
      amount: '30',
      ...terms,
    },
    id: 'line',
    chain: 'chain',
    metering: null,
    quantity: dec('1'),
    start: day('2026-04-16'),
    ...rest,
  }
}

/** The charges as `amount start end`. */
export function bills(of: Cycle, ...lines: CycleLine[]): string[] {
  return rateCycle(planCycle(of, lines), []).map(({ amount, span }) => {
    const [start, end] = [span.start, span.end].map((instant) => instant.toISOString().slice(0, 10))
    return `${formatDecimal(amount)} ${start} ${end}`
  })
}
