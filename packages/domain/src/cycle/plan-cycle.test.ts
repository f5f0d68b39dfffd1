import { describe, expect, it } from 'vitest'
import { bills, day, grid, line } from '../testing/fixed-cycle.ts'
import { dec } from '../testing/price-arbitrary.ts'
import type { Cycle, CycleLine, CycleTerms } from './cycle.ts'
import { planCycle } from './plan-cycle.ts'
import { rateCycle } from './rate-cycle.ts'

/** Half of April: 15 of 30 days. */
const period = { start: day('2026-04-16'), end: day('2026-05-01') }
const opening: Cycle = {
  grid,
  start: period.start,
  externalCustomerId: null,
  closes: null,
  opens: period,
  prorationBehavior: 'none',
}
/** When the subscription is made, and when a line of it has begun. */
const openedAt = day('2026-04-22')
const inside = day('2026-04-20')
const prorating: Cycle = { ...opening, prorationBehavior: 'create_prorations' }

describe('the opening invoice', () => {
  it.each<[string, Partial<CycleTerms>]>([
    ['FIXED ARREAR', { invoice_cadence: 'ARREAR' }],
    ['USAGE', { type: 'USAGE', invoice_cadence: 'ARREAR' }],
    ['ONETIME ARREAR', { billing_period: 'ONETIME', invoice_cadence: 'ARREAR' }],
  ])('bills no %s', (_name, terms) => {
    expect(bills(opening, line({}, terms))).toEqual([])
    expect(bills(prorating, line({}, terms))).toEqual([])
  })

  it('bills ONETIME whole, if it starts before the period ends', () => {
    const once = { billing_period: 'ONETIME' } as const
    for (const of of [opening, prorating]) {
      expect(bills(of, line({}, once))).toEqual(['30 2026-04-16 2026-04-16'])
      expect(bills(of, line({ start: day('2026-04-30') }, once))).toEqual(['30 2026-04-30 2026-04-30'])
      expect(bills(of, line({ start: day('2026-05-01') }, once))).toEqual([])
    }
  })

  it('after a trial bills the ONETIME that started in it', () => {
    const once = line({ start: day('2026-04-02') }, { billing_period: 'ONETIME' })
    expect(bills(opening, once, line({ start: day('2026-04-02') }))).toEqual([
      '30 2026-04-02 2026-04-02',
      '30 2026-04-16 2026-05-01',
    ])
  })

  it('keeps the order of its lines, with the line and how it came about', () => {
    const [one, other] = [line(), line({ quantity: dec('2') })]
    const charges = rateCycle(planCycle(prorating, [one, other]), [])
    expect(charges.map((charge) => charge.line)).toEqual([one, other])
    expect(charges[1]?.explanation).toMatchObject({
      currency: 'usd',
      charge: { quantity: '2', unit_amount: '30' },
      proration: { active_ms: 15 * 86_400_000, whole_ms: 30 * 86_400_000 },
    })
  })
})

describe('without prorating', () => {
  it('a short first period bills whole', () => {
    expect(bills(opening, line())).toEqual(['30 2026-04-16 2026-05-01'])
  })

  it('a line that comes inside the period waits, one that goes pays whole: a chain bills once', () => {
    const cut = day('2026-04-20')
    expect(bills(opening, line({ end: cut }), line({ start: cut }))).toEqual(['30 2026-04-16 2026-05-01'])
  })

  it('a subscription that ends in its first period bills whole', () => {
    const end = day('2026-04-20')
    const cut = { ...opening, end, opens: { start: period.start, end } }
    expect(bills(cut, line())).toEqual(['30 2026-04-16 2026-04-20'])
  })

  it.each<[string, CycleLine[], string[]]>([
    ['a line that began inside it by then, whole', [line({ start: inside })], ['30 2026-04-20 2026-05-01']],
    ['one that begins at that very instant', [line({ start: openedAt })], ['30 2026-04-22 2026-05-01']],
    ['none that begins after it', [line({ start: day('2026-04-23') })], []],
    [
      'of a chain the earlier line alone, be it gone',
      [line({ id: 'a', start: period.start, end: inside }), line({ id: 'b', start: inside })],
      ['30 2026-04-16 2026-05-01'],
    ],
    [
      'of two that began inside it the first',
      [line({ id: 'a', start: inside, end: day('2026-04-21') }), line({ id: 'b', start: day('2026-04-21') })],
      ['30 2026-04-20 2026-05-01'],
    ],
    [
      'one whose earlier line had no length, and another chain’s',
      [
        line({ id: 'a', start: day('2026-04-19'), end: day('2026-04-19') }),
        line({ id: 'b', start: inside }),
        line({ id: 'c', chain: 'other', start: inside }),
      ],
      ['30 2026-04-20 2026-05-01', '30 2026-04-20 2026-05-01'],
    ],
    ['none in arrear', [line({ start: inside }, { invoice_cadence: 'ARREAR' })], []],
  ])('the invoice of a creation has %s', (_name, lines, expected) => {
    expect(bills({ ...opening, openedAt }, ...lines)).toEqual(expected)
  })

  it('an ad hoc line of a longer period bills that, from its own start', () => {
    expect(bills(opening, line({}, { billing_period: 'ANNUAL' }))).toEqual(['30 2026-04-16 2027-04-16'])
    const later = line({ start: day('2026-04-20') }, { billing_period: 'ANNUAL' })
    expect(bills(opening, later)).toEqual(['30 2026-04-20 2027-04-20'])
  })
})

describe('prorating', () => {
  it('a short first period bills its share of a whole one', () => {
    expect(bills(prorating, line())).toEqual(['15 2026-04-16 2026-05-01'])
  })

  it('a line that begins inside it bills its share, whenever it was made', () => {
    const inside = line({ start: day('2026-04-21') })
    expect(bills(prorating, inside)).toEqual(['10 2026-04-21 2026-05-01'])
    expect(bills({ ...prorating, openedAt: period.end }, inside)).toEqual(['10 2026-04-21 2026-05-01'])
  })

  it('each line of a chain bills its share', () => {
    const cut = day('2026-04-22')
    expect(bills(prorating, line({ end: cut }), line({ start: cut }))).toEqual([
      '6 2026-04-16 2026-04-22',
      '9 2026-04-22 2026-05-01',
    ])
  })

  it('a subscription that ends in its first period bills up to its end', () => {
    const end = day('2026-04-19')
    const cut = { ...prorating, end, opens: { start: period.start, end } }
    expect(bills(cut, line())).toEqual(['3 2026-04-16 2026-04-19'])
  })

  it('a line that ended before the paid period, or begins with the next, bills nothing', () => {
    expect(bills(prorating, line({ start: day('2026-04-02'), end: day('2026-04-16') }))).toEqual([])
    expect(bills(prorating, line({ start: day('2026-05-01') }))).toEqual([])
  })
})
