import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, zero } from '../money/decimal.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { allowance, cycle, day, event, line, rate, someEvents } from '../testing/usage-cycle.ts'
import type { Cycle, CycleCharge, CycleLine, CycleTerms } from './cycle.ts'
import { type BilledUsage, type LateCharge, lateCharges } from './late-charges.ts'
import { recomputeLine } from './line-charge.ts'

const seed = 20_261_129
const boundaries = [day('2026-01-01'), day('2026-02-01'), day('2026-03-01'), day('2026-04-01')]
const cycles: readonly Cycle[] = boundaries.slice(1).flatMap((end, index) => {
  const start = boundaries[index]
  return start ? [{ ...cycle, closes: { start, end }, opens: null }] : []
})

/** As an invoice keeps them. */
function asBilled(charges: readonly CycleCharge<CycleLine>[]): BilledUsage[] {
  return charges.map(({ line: { id }, span, amount, quantity }) => ({
    id: `${id}-${span.start.toISOString()}`,
    ...{ lineId: id, span, amount, noted: zero, quantity, revision: 0 },
  }))
}

function withLate(billed: readonly BilledUsage[], late: readonly LateCharge<CycleLine>[]): BilledUsage[] {
  const lateOf = new Map(late.map((charge) => [charge.late.of, charge]))
  return billed.map((one) => {
    const more = lateOf.get(one.id)
    if (!more) return one
    const { amount, quantity } = more
    return {
      ...one,
      amount: one.amount.plus(amount),
      quantity: one.quantity.plus(quantity),
      revision: more.late.revision,
    }
  })
}

const texts = (late: readonly LateCharge<CycleLine>[]) =>
  late.map(({ late: { revision }, line: { id }, quantity, amount }) =>
    [id, revision, formatDecimal(quantity), formatDecimal(amount)].join(' '),
  )

describe('late events change final lines of usage by', () => {
  const march: Cycle = { ...cycle, opens: null }
  const early = [event('2026-03-02', '5')]
  const lateOnes = [...early, event('2026-03-20', '7')]

  it('what the line is rated now, less what was billed for it', () => {
    const billed = asBilled(rate(march, [line()], early))
    const late = lateCharges(rate(march, [line()], lateOnes), billed)
    expect(texts(late)).toEqual(['line 1 7 7'])
    expect(texts(lateCharges(rate(march, [line()], lateOnes), withLate(billed, late)))).toEqual([])
    const more = [...lateOnes, event('2026-03-21', '-4')]
    expect(texts(lateCharges(rate(march, [line()], more), withLate(billed, late)))).toEqual(['line 2 -4 -4'])
  })

  it('no credit of what credit notes have taken back already', () => {
    const billed = asBilled(rate(march, [line()], lateOnes)).map((one) => ({ ...one, noted: dec('10') }))
    const fallen = [...lateOnes, event('2026-03-21', '-4')]
    // Billed 12, rated 8, and 10 of it noted: 2 are left to be credited.
    const late = lateCharges(rate(march, [line()], fallen), billed)
    expect(texts(late)).toEqual(['line 1 -4 -2'])
    expect(late.map(({ explanation }) => formatDecimal(recomputeLine(explanation)))).toEqual(['-2'])
    expect(texts(lateCharges(rate(march, [line()], fallen), withLate(billed, late)))).toEqual([])
    const risen = [...fallen, event('2026-03-22', '5')]
    expect(texts(lateCharges(rate(march, [line()], risen), withLate(billed, late)))).toEqual(['line 2 5 3'])
  })

  it("a share that moves between a chain's lines, whose windows have no late event of their own", () => {
    const volume: Partial<CycleTerms> = {
      ...{ billing_model: 'TIERED', tier_mode: 'VOLUME', amount: null },
      tiers: [
        { up_to: '6', unit_amount: '2', flat_amount: '0' },
        { up_to: null, unit_amount: '1', flat_amount: '0' },
      ],
    }
    const lines = [
      line({ id: 'a', end: day('2026-03-10'), terms: volume }),
      line({ id: 'b', start: day('2026-03-10'), terms: volume }),
    ]
    const billed = asBilled(rate(march, lines, early))
    expect(texts(lateCharges(rate(march, lines, lateOnes), billed))).toEqual(['a 1 0 -5', 'b 1 7 7'])
  })

  it('what an allowance no longer leaves free, of a line that had no late event', () => {
    const metering = { allowances: [allowance(10)] }
    const ofRegion = (region: string) => ({ filters: [{ key: 'region', values: [region] }] })
    const lines = [
      line({ id: 'a', chain: 'a', meter: ofRegion('eu'), metering }),
      line({ id: 'b', chain: 'b', meter: ofRegion('us'), terms: { amount: '3' }, metering }),
    ]
    const [eu, us] = [{ properties: { region: 'eu' } }, { properties: { region: 'us' } }]
    const early = [event('2026-03-02', '5', eu), event('2026-03-03', '5', us)]
    const billed = asBilled(rate(march, lines, early))
    const more = [...early, event('2026-03-01', '3', eu)]
    expect(texts(lateCharges(rate(march, lines, more), billed))).toEqual(['b 1 3 9'])
  })

  it('nothing, where the line is no longer the span that was billed', () => {
    const billed = asBilled(rate(march, [line()], early))
    const cut = [line({ end: day('2026-03-10') })]
    expect(lateCharges(rate(march, cut, lateOnes), billed)).toEqual([])
  })
})

it('whenever events come, a line and its late lines are what all of them cost', () => {
  const arrivals = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 25, maxLength: 25 })
  const meter = fc.record({
    aggregation_type: fc.constantFrom('SUM', 'MAX', 'AVG', 'LATEST', 'COUNT', 'WEIGHTED_SUM'),
    reset_usage: fc.constantFrom('BILLING_PERIOD', 'NEVER'),
  })
  const limits = fc.array(
    fc.record({
      limit: fc.integer({ min: 0, max: 60 }),
      reset: fc.constantFrom(null, 'NEVER', 'QUARTERLY', 'DAILY'),
    }),
    { maxLength: 2 },
  )
  fc.assert(
    fc.property(someEvents, arrivals, meter, limits, (events, arrives, meter, limits) => {
      const allowances = limits.map(({ limit, reset }, index) => allowance(limit, reset, `feature${index}`))
      const lines = [
        line({ id: 'a', end: day('2026-02-10'), meter, metering: { allowances } }),
        line({
          id: 'b',
          start: day('2026-02-10'),
          terms: { amount: '1.37' },
          meter,
          metering: { allowances },
        }),
        line({ id: 'c', chain: 'other', terms: { amount: '0.003' }, metering: { allowances } }),
      ]
      const cameBy = (step: number) => events.filter((_, index) => (arrives[index] ?? 0) <= step)
      for (const closed of cycles) {
        let billed = asBilled(rate(closed, lines, cameBy(0)))
        for (let step = 1; step <= 4; step++) {
          const late = lateCharges(rate(closed, lines, cameBy(step)), billed)
          for (const { amount, explanation } of late) {
            expect(recomputeLine(JSON.parse(JSON.stringify(explanation))).minus(amount)).toEqual(zero)
          }
          billed = withLate(billed, late)
        }
        const all = rate(closed, lines, events)
        expect(billed.map(({ amount }) => formatDecimal(amount))).toEqual(
          all.map(({ amount }) => formatDecimal(amount)),
        )
      }
    }),
    { seed, numRuns: 150 },
  )
})
