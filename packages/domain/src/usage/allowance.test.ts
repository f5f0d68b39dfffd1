import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { allowance, amounts, cycle, day, free, line, someEvents, total } from '../testing/usage-cycle.ts'

const seed = 20_261_127
const threeMonths = {
  ...cycle,
  usage: 'within' as const,
  closes: { start: cycle.start, end: day('2026-04-01') },
}
const additive = fc.constantFrom('SUM' as const, 'COUNT' as const)

describe('however a window is split', () => {
  const cut = fc.uniqueArray(fc.integer({ min: 1, max: 90 * 24 - 1 }), { maxLength: 5 })
  const reset = fc.constantFrom(
    'DAILY' as const,
    'NEVER' as const,
    'MONTHLY' as const,
    'ANNUAL' as const,
    null,
  )

  it('additive usage beyond an allowance adds up', () => {
    fc.assert(
      fc.property(
        someEvents,
        cut,
        additive,
        reset,
        fc.integer({ min: 0, max: 200 }),
        (events, hours, aggregation_type, of, limit) => {
          const at = (hour: number) => new Date(cycle.start.getTime() + hour * 3_600_000)
          const points = [0, ...hours.sort((left, right) => left - right), 90 * 24].map(at)
          const options = { meter: { aggregation_type }, ...free(allowance(limit, of)) }
          const lines = points
            .slice(1)
            .map((end, index) =>
              line({ ...options, id: `l${index}`, start: points[index] ?? cycle.start, end }),
            )
          const whole = total(amounts(threeMonths, [line({ ...options })], events))
          expect(total(amounts(threeMonths, lines, events)).eq(whole)).toBe(true)
        },
      ),
      { seed, numRuns: 200 },
    )
  })

  it('an allowance given once leaves max(0, total − A), over invoice after invoice', () => {
    fc.assert(
      fc.property(
        someEvents,
        additive,
        fc.integer({ min: 0, max: 200 }),
        (events, aggregation_type, limit) => {
          const lines = [line({ meter: { aggregation_type }, ...free(allowance(limit, 'NEVER')) })]
          const months = [0, 1, 2].map((month) => ({
            start: new Date(Date.UTC(2026, month, 1)),
            end: new Date(Date.UTC(2026, month + 1, 1)),
          }))
          const billed = total(months.flatMap((closes) => amounts({ ...cycle, closes }, lines, events)))
          const all =
            aggregation_type === 'COUNT'
              ? dec(String(events.length))
              : total(events.map(({ value }) => value))
          const beyond = all.minus(dec(String(limit)))
          expect(formatDecimal(billed)).toBe(formatDecimal(beyond.gt(dec('0')) ? beyond : dec('0')))
        },
      ),
      { seed, numRuns: 200 },
    )
  })
})
