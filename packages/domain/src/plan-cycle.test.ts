import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cycle, CycleLine, CycleTerms } from './cycle.ts'
import { formatDecimal } from './decimal.ts'
import type { Grid } from './grid.ts'
import { planCycle } from './plan-cycle.ts'
import { rateCycle } from './rate-cycle.ts'
import { dec } from './testing/price-arbitrary.ts'

const day = (text: string) => new Date(`${text}T00:00:00Z`)
const grid: Grid = { anchor: day('2026-05-01'), period: 'MONTHLY', count: 1, timeZone: 'UTC' }
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
const prorating: Cycle = { ...opening, prorationBehavior: 'create_prorations' }

function line(rest: Partial<CycleLine> = {}, terms: Partial<CycleTerms> = {}): CycleLine {
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

function bills(of: Cycle, ...lines: CycleLine[]): string[] {
  return rateCycle(planCycle(of, lines), []).map(({ amount, span }) => {
    const [start, end] = [span.start, span.end].map((instant) => instant.toISOString().slice(0, 10))
    return `${formatDecimal(amount)} ${start} ${end}`
  })
}

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

  it('an ad hoc line of a longer period bills that, from its own start', () => {
    expect(bills(opening, line({}, { billing_period: 'ANNUAL' }))).toEqual(['30 2026-04-16 2026-05-01'])
    const early = { ...opening, grid: { ...grid, anchor: day('2026-04-16') } }
    expect(bills(early, line({}, { billing_period: 'ANNUAL' }))).toEqual(['30 2026-04-16 2027-04-16'])
  })
})

describe('prorating', () => {
  it('a short first period bills its share of a whole one', () => {
    expect(bills(prorating, line())).toEqual(['15 2026-04-16 2026-05-01'])
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

/** March closes, April opens; lines of a subscription since February. */
const march = { start: day('2026-03-01'), end: day('2026-04-01') }
const cycle: Cycle = {
  grid: { ...grid, anchor: day('2026-02-01') },
  start: day('2026-02-01'),
  prorationBehavior: 'none',
  externalCustomerId: null,
  closes: march,
  opens: { start: march.end, end: day('2026-05-01') },
}
const prorated: Cycle = { ...cycle, prorationBehavior: 'create_prorations' }
const arrear = { invoice_cadence: 'ARREAR' } as const
const annual = { billing_period: 'ANNUAL' } as const
const once = { billing_period: 'ONETIME' } as const

describe('a cycle bills', () => {
  it.each<[string, Cycle, CycleLine[], string[]]>([
    [
      'ADVANCE for the period that begins, ARREAR for the one that ended',
      cycle,
      [line({ start: cycle.start }), line({ start: cycle.start, chain: 'b' }, arrear)],
      ['30 2026-04-01 2026-05-01', '30 2026-03-01 2026-04-01'],
    ],
    [
      'nothing of an ADVANCE line that came in the period that ended',
      cycle,
      [line({ start: day('2026-03-10'), end: march.end })],
      [],
    ],
    [
      'an ADVANCE line that came in it, with the next',
      cycle,
      [line({ start: day('2026-03-10') })],
      ['30 2026-04-01 2026-05-01'],
    ],
    [
      'of ARREAR lines of a chain the latest, whole',
      cycle,
      [
        line({ id: 'a', start: cycle.start, end: day('2026-03-10') }, arrear),
        line({ id: 'b', start: day('2026-03-10'), end: day('2026-03-20') }, { ...arrear, amount: '40' }),
        line({ id: 'c', start: march.end }, { ...arrear, amount: '50' }),
      ],
      ['40 2026-03-01 2026-04-01'],
    ],
    [
      'of lines of two chains each',
      cycle,
      [
        line({ start: cycle.start, end: day('2026-03-10') }, arrear),
        line({ start: day('2026-03-10'), chain: 'other' }, arrear),
      ],
      ['30 2026-03-01 2026-04-01', '30 2026-03-01 2026-04-01'],
    ],
    [
      'prorating, each ARREAR line for its share of 31 days',
      prorated,
      [
        line({ start: cycle.start, end: day('2026-03-11') }, { ...arrear, amount: '31' }),
        line({ start: day('2026-03-11') }, { ...arrear, amount: '62' }),
      ],
      ['10 2026-03-01 2026-03-11', '42 2026-03-11 2026-04-01'],
    ],
    [
      'no ARREAR line that ended with the period before',
      prorated,
      [line({ start: cycle.start, end: march.start }, arrear)],
      [],
    ],
    [
      'a longer period only where its own boundary lies',
      cycle,
      [
        line({ start: cycle.start }, annual),
        line({ start: cycle.start, chain: 'b' }, { ...annual, ...arrear }),
        line({ start: cycle.start, chain: 'c' }, { ...arrear, billing_period: 'QUARTERLY' }),
      ],
      [],
    ],
    [
      'a longer period in the invoice that holds its boundary',
      {
        ...cycle,
        closes: { start: day('2026-04-01'), end: day('2026-05-01') },
        opens: { start: day('2026-05-01'), end: day('2026-06-01') },
      },
      [
        line({ start: cycle.start }, { billing_period: 'QUARTERLY' }),
        line({ start: cycle.start, chain: 'b' }, { ...arrear, billing_period: 'QUARTERLY' }),
      ],
      ['30 2026-05-01 2026-08-01', '30 2026-02-01 2026-05-01'],
    ],
    [
      'a last period that the subscription’s end has cut: whole, and nothing after it',
      {
        ...cycle,
        end: day('2026-03-16'),
        closes: { start: march.start, end: day('2026-03-16') },
        opens: null,
      },
      [line({ start: cycle.start }), line({ start: cycle.start, chain: 'b' }, arrear)],
      ['30 2026-03-01 2026-03-16'],
    ],
    [
      'prorating, its share: 15 of 31 days',
      {
        ...prorated,
        end: day('2026-03-16'),
        closes: { start: march.start, end: day('2026-03-16') },
        opens: null,
      },
      [line({ start: cycle.start }, { ...arrear, amount: '31' })],
      ['15 2026-03-01 2026-03-16'],
    ],
    [
      'ONETIME at its start: in arrears in (S, T], in advance in [T, U)',
      cycle,
      [
        line({ start: march.start }, { ...once, ...arrear }),
        line({ start: day('2026-03-02') }, { ...once, ...arrear }),
        line({ start: march.end }, { ...once, ...arrear }),
        line({ start: day('2026-03-31') }, once),
        line({ start: march.end }, once),
        line({ start: day('2026-05-01') }, once),
      ],
      ['30 2026-03-02 2026-03-02', '30 2026-04-01 2026-04-01', '30 2026-04-01 2026-04-01'],
    ],
    [
      'ONETIME in arrears at the subscription’s very start with the first period',
      { ...cycle, closes: { start: cycle.start, end: march.start }, opens: march },
      [line({ start: cycle.start }, { ...once, ...arrear })],
      ['30 2026-02-01 2026-02-01'],
    ],
    [
      'ONETIME that came inside the period, if no invoice has billed it',
      cycle,
      [
        line({ start: day('2026-03-10'), isBilled: false }, once),
        line({ start: day('2026-04-10'), isBilled: true }, once),
      ],
      ['30 2026-03-10 2026-03-10'],
    ],
    [
      'nothing of a trial',
      {
        ...prorated,
        trialEnd: day('2026-03-16'),
        grid: { ...grid, anchor: day('2026-03-16') },
        closes: null,
        opens: { start: day('2026-03-16'), end: day('2026-04-16') },
      },
      [line({ start: cycle.start }), line({ start: cycle.start }, arrear)],
      ['30 2026-03-16 2026-04-16'],
    ],
  ])('%s', (_name, of, lines, expected) => {
    expect(bills(of, ...lines)).toEqual(expected)
  })

  it('over a year of cycles each day of a chain once, however its lines are cut', () => {
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: 364 }), { maxLength: 6 })
    const cadence = fc.constantFrom('ADVANCE' as const, 'ARREAR' as const)
    fc.assert(
      fc.property(cuts, cadence, (days, invoice_cadence) => {
        const start = day('2026-01-01')
        const points = [0, ...days.sort((left, right) => left - right), 365]
        const at = (index: number) => new Date(start.getTime() + (points[index] ?? 0) * 86_400_000)
        const lines = points
          .slice(1)
          .map((_end, index) =>
            line(
              { id: `l${index}`, start: at(index), end: index === points.length - 2 ? null : at(index + 1) },
              { invoice_cadence },
            ),
          )
        const months = [...Array(12).keys()].map((month) => ({
          start: new Date(Date.UTC(2026, month, 1)),
          end: new Date(Date.UTC(2026, month + 1, 1)),
        }))
        const base = { ...cycle, grid: { ...grid, anchor: start }, start }
        const spans = [null, ...months].flatMap((closes, index) =>
          rateCycle(planCycle({ ...base, closes, opens: months[index] ?? null }, lines), []).map(
            ({ span }) => span,
          ),
        )
        expect(spans.map((span) => span.start.getTime())).toEqual(
          months.map((month) => month.start.getTime()),
        )
      }),
      { seed: 20_261_126, numRuns: 100 },
    )
  })
})
