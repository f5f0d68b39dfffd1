import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dec } from '../testing/price-arbitrary.ts'
import { amounts, cycle, day, free, line, rate, someEvents, total } from '../testing/usage-cycle.ts'
import type { CycleTerms } from './cycle.ts'

const seed = 20_261_128

describe('every usage line', () => {
  const model = fc.constantFrom<Partial<CycleTerms>>(
    { billing_model: 'FLAT_FEE', amount: '0.0037' },
    { billing_model: 'PACKAGE', amount: '1.005', transform_quantity: { divide_by: 7 } },
    { billing_model: 'PACKAGE', amount: '1.005', transform_quantity: { divide_by: 7, round: 'down' } },
    ...(['SLAB', 'VOLUME'] as const).map((tier_mode) => ({
      billing_model: 'TIERED' as const,
      tier_mode,
      tiers: [
        { up_to: '10', unit_amount: '0.333', flat_amount: '1' },
        { up_to: '33.5', unit_amount: '0.0101' },
        { up_to: null, unit_amount: '0.007', flat_amount: '0.125' },
      ],
    })),
  )
  const measured = fc.oneof(
    fc
      .constantFrom('AVG' as const, 'WEIGHTED_SUM' as const, 'LATEST' as const, 'COUNT_UNIQUE' as const)
      .map((aggregation_type) => ({ aggregation_type, bucket_size: null })),
    fc.record({
      aggregation_type: fc.constantFrom('SUM' as const, 'MAX' as const, 'WEIGHTED_SUM' as const),
      bucket_size: fc.constantFrom(null, 'HOUR' as const, 'DAY' as const, 'WEEK' as const, 'MONTH' as const),
    }),
  )
  const allowances = fc.array(
    fc.record({
      id: fc.constantFrom('a', 'b'),
      limit: fc.option(fc.integer({ min: 0, max: 99 })),
      reset: fc.constantFrom('DAILY' as const, 'NEVER' as const, null),
    }),
    { maxLength: 2 },
  )

  it('is recomputed from its explanation, after a way through JSON, and is never negative', () => {
    fc.assert(
      fc.property(someEvents, model, measured, allowances, (events, terms, meter, given) => {
        for (const amount of amounts(cycle, [line({ terms, meter, ...free(...given) })], events)) {
          expect(dec(amount).gte(dec('0'))).toBe(true)
        }
      }),
      { seed, numRuns: 500 },
    )
  })

  it('in SLAB never costs less for more usage', () => {
    const slab = model.filter(({ tier_mode }) => tier_mode === 'SLAB')
    fc.assert(
      fc.property(someEvents, someEvents, slab, allowances, (events, more, terms, given) => {
        const lines = [line({ terms, ...free(...given) })]
        expect(
          total(amounts(cycle, lines, events)).lte(total(amounts(cycle, lines, [...events, ...more]))),
        ).toBe(true)
      }),
      { seed, numRuns: 300 },
    )
  })

  it('of a month of different minutes has a bounded explanation', () => {
    const events = [...Array(1000).keys()].map((index) => ({
      at: new Date(day('2026-03-01').getTime() + index * 60_000),
      value: String(index % 500),
    }))
    for (const { billing_model } of [
      { billing_model: 'FLAT_FEE' as const },
      { billing_model: 'PACKAGE' as const },
    ]) {
      const lines = [
        line({
          metering: { bucketSize: 'MINUTE' },
          terms: { billing_model, transform_quantity: { divide_by: 7 } },
        }),
      ]
      const [charge] = rate(cycle, lines, events)
      const buckets = charge && 'buckets' in charge.explanation ? charge.explanation.buckets : []
      expect(buckets).toHaveLength(101)
      expect(buckets.reduce((sum, group) => sum + group.buckets, 0)).toBe(1000)
      expect(amounts(cycle, lines, events)).toEqual([
        billing_model === 'FLAT_FEE' ? '249500' : String(2 * packages(500)),
      ])
    }
  })
})

function packages(values: number): number {
  return [...Array(values).keys()].reduce((sum, value) => sum + Math.ceil(value / 7), 0)
}
