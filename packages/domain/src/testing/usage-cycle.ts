import fc from 'fast-check'
import { expect } from 'vitest'
import type { Cycle, CycleLine, CycleTerms, LineMetering } from '../cycle/cycle.ts'
import { recomputeLine } from '../cycle/line-charge.ts'
import { planCycle } from '../cycle/plan-cycle.ts'
import { rateCycle } from '../cycle/rate-cycle.ts'
import { formatDecimal } from '../money/decimal.ts'
import type { Allowance } from '../usage/allowance.ts'
import type { MeterFacts } from '../usage/usage-measure.ts'
import { answerQuestions, type TestEvent } from './answer-questions.ts'
import { dec } from './price-arbitrary.ts'

export const day = (text: string) => new Date(`${text}T00:00:00Z`)
const dayMs = 86_400_000
export const cycle: Cycle = {
  grid: { anchor: day('2026-01-01'), period: 'MONTHLY', count: 1, timeZone: 'UTC' },
  start: day('2026-01-01'),
  prorationBehavior: 'none',
  externalCustomerId: 'acme',
  closes: { start: day('2026-03-01'), end: day('2026-04-01') },
  opens: { start: day('2026-04-01'), end: day('2026-05-01') },
}
export const february = { start: day('2026-02-01'), end: day('2026-03-01') }

interface LineOptions extends Partial<Omit<CycleLine, 'terms' | 'metering'>> {
  readonly terms?: Partial<CycleTerms>
  readonly meter?: Partial<MeterFacts>
  readonly metering?: Partial<LineMetering>
}

/** A SUM of calls at 1 each, unless told. */
export function line({ terms, meter, metering, ...rest }: LineOptions = {}): CycleLine {
  return {
    id: 'line',
    chain: 'chain',
    start: cycle.start,
    quantity: dec('1'),
    ...rest,
    terms: {
      type: 'USAGE',
      invoice_cadence: 'ARREAR',
      currency: 'usd',
      billing_period: 'MONTHLY',
      billing_period_count: 1,
      billing_model: 'FLAT_FEE',
      amount: '1',
      ...terms,
    },
    metering: {
      meter: {
        event_name: 'call',
        aggregation_type: 'SUM',
        field: 'value',
        multiplier: null,
        bucket_size: null,
        group_by: null,
        filters: [],
        reset_usage: 'BILLING_PERIOD',
        ...meter,
      },
      bucketSize: null,
      filterValues: null,
      allowances: [],
      ...metering,
    },
  }
}

export function event(at: string, value: string, rest: Partial<TestEvent> = {}): TestEvent {
  return { at: new Date(at.length === 10 ? `${at}T12:00:00Z` : at), value, ...rest }
}

export function rate(of: Cycle, lines: readonly CycleLine[], events: readonly TestEvent[]) {
  const plan = planCycle(of, lines)
  return rateCycle(plan, answerQuestions(plan.questions, events))
}

/** The amounts, each of which its explanation must give again after a way through JSON. */
export function amounts(of: Cycle, lines: readonly CycleLine[], events: readonly TestEvent[]): string[] {
  return rate(of, lines, events).map(({ amount, explanation }) => {
    expect(formatDecimal(recomputeLine(JSON.parse(JSON.stringify(explanation))))).toBe(formatDecimal(amount))
    return formatDecimal(amount)
  })
}

export function allowance(limit: number | null, reset: Allowance['reset'] = null, id = 'feature'): Allowance {
  return { id, limit, reset }
}

export function free(...allowances: Allowance[]) {
  return { metering: { allowances } }
}

export const march = [event('2026-03-02', '5'), event('2026-03-20', '7')]

export const someEvents = fc.array(
  fc.record({
    at: fc.integer({ min: 0, max: 90 * dayMs - 1 }).map((ms) => new Date(cycle.start.getTime() + ms)),
    value: fc.integer({ min: 0, max: 60 }).map(String),
  }),
  { maxLength: 25 },
)
export const total = (texts: readonly string[]) => texts.reduce((sum, text) => sum.plus(dec(text)), dec('0'))
