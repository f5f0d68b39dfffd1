import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lineCharge, recomputeLine } from '../cycle/line-charge.ts'
import { decimalFromInteger, formatDecimal, sumDecimals } from '../money/decimal.ts'
import { grid, instant } from '../testing/grid-arbitrary.ts'
import { dec, pricingTerms, quantity, rat } from '../testing/price-arbitrary.ts'
import { type Grid, gridIntervalAt } from '../time/grid.ts'
import { prorate, prorationOf } from './proration.ts'

const seed = 20_261_103
const dayMs = 86_400_000

function monthly(anchor: string, timeZone = 'UTC'): Grid {
  return { anchor: new Date(anchor), period: 'MONTHLY', count: 1, timeZone }
}
function span(start: string, end: string) {
  return { start: new Date(start), end: new Date(end) }
}

describe('a share', () => {
  it('is of the whole interval, which no start has shortened: half a first month costs half', () => {
    const april = monthly('2026-05-01T00:00:00Z')
    const proration = prorationOf(april, span('2026-04-16T00:00:00Z', '2026-05-01T00:00:00Z'))
    expect(proration).toEqual({ active_ms: 15 * dayMs, whole_ms: 30 * dayMs })
    expect(formatDecimal(prorate(rat('30'), proration, 'usd'))).toBe('15')
  })

  it.each([
    ['25 of 30 days', '9.99', 'usd', '2026-04-06', '2026-05-01', '8.33'],
    ['a yen', '1', 'jpy', '2026-04-16', '2026-05-01', '1'],
    ['less than half a yen', '1', 'jpy', '2026-04-17', '2026-05-01', '0'],
    ['three digits', '10', 'kwd', '2026-04-21', '2026-05-01', '3.333'],
    ['four digits', '10', 'clf', '2026-04-21', '2026-05-01', '3.3333'],
    ['forints', '10', 'huf', '2026-04-21', '2026-05-01', '3.33'],
  ])('is rounded once: %s', (_name, amount, currency, start, end, rounded) => {
    const proration = prorationOf(monthly('2026-05-01T00:00:00Z'), span(start, end))
    expect(formatDecimal(prorate(rat(amount), proration, currency))).toBe(rounded)
  })

  it('counts the hour that a change of the clocks takes or gives', () => {
    const berlin = monthly('2026-01-01T00:00:00+01:00', 'Europe/Berlin')
    const march = prorationOf(berlin, span('2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00'))
    expect(march).toEqual({ active_ms: 23 * 3_600_000, whole_ms: 31 * dayMs - 3_600_000 })
    const october = prorationOf(berlin, span('2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00'))
    expect(october).toEqual({ active_ms: 25 * 3_600_000, whole_ms: 31 * dayMs + 3_600_000 })
  })

  it('is of the clamped month: from 31 January a whole February is 28 days', () => {
    const february = prorationOf(monthly('2026-01-31T00:00:00Z'), span('2026-02-14', '2026-02-28'))
    expect(february).toEqual({ active_ms: 14 * dayMs, whole_ms: 28 * dayMs })
  })

  it('is refused of an empty time, and of one that reaches over a boundary', () => {
    const grid = monthly('2026-01-01T00:00:00Z')
    expect(() => prorationOf(grid, span('2026-01-02', '2026-01-02'))).toThrow('empty')
    expect(() => prorationOf(grid, span('2026-01-31', '2026-02-02'))).toThrow('one interval')
  })

  it('of each part of a split interval adds up to the whole, exactly before rounding', () => {
    const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { maxLength: 5 })
    fc.assert(
      fc.property(grid, instant, cuts, quantity, (of, at, fractions, amount) => {
        const whole = gridIntervalAt(of, at)
        const [from, to] = [whole.start.getTime(), whole.end.getTime()]
        const inner = fractions.map((fraction) => Math.floor(from + fraction * (to - from)))
        const points = [...new Set([from, ...inner, to])].sort((left, right) => left - right)
        const parts = points
          .slice(1)
          .map((end, index) =>
            prorationOf(of, { start: new Date(points[index] ?? Number.NaN), end: new Date(end) }),
          )
        expect(new Set(parts.map(({ whole_ms }) => whole_ms))).toEqual(new Set([to - from]))
        const numerators = parts.map(({ active_ms }) => amount.times(decimalFromInteger(active_ms)))
        expect(sumDecimals(numerators).eq(amount.times(decimalFromInteger(to - from)))).toBe(true)
      }),
      { seed, numRuns: 500 },
    )
  })
})

describe('a line', () => {
  it('is recomputed from its explanation, also after a way through JSON', () => {
    const share = fc
      .tuple(fc.integer({ min: 1, max: 10 ** 9 }), fc.integer({ min: 1, max: 10 ** 9 }))
      .map(([one, other]) => ({ active_ms: Math.min(one, other), whole_ms: Math.max(one, other) }))
    const currency = fc.constantFrom('jpy', 'usd', 'kwd', 'clf')
    fc.assert(
      fc.property(pricingTerms, currency, quantity, fc.option(share), (terms, code, units, proration) => {
        const line = lineCharge({ terms: { ...terms, currency: code }, quantity: units, proration })
        expect(recomputeLine(JSON.parse(JSON.stringify(line.explanation))).eq(line.amount)).toBe(true)
      }),
      { seed, numRuns: 500 },
    )
  })

  it('is rounded once: its share is of the exact price', () => {
    const terms = { billing_model: 'FLAT_FEE', amount: '0.005', currency: 'usd' } as const
    const half = { active_ms: 1, whole_ms: 2 }
    expect(formatDecimal(lineCharge({ terms, quantity: dec('1'), proration: half }).amount)).toBe('0')
    expect(formatDecimal(lineCharge({ terms, quantity: dec('1'), proration: null }).amount)).toBe('0.01')
  })
})
