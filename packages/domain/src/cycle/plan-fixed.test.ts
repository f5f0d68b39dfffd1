import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bills, day, grid, line } from '../testing/fixed-cycle.ts'
import type { Cycle, CycleLine } from './cycle.ts'
import { planCycle } from './plan-cycle.ts'
import { rateCycle } from './rate-cycle.ts'

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
      'ONETIME that came inside the last period, as no period begins after it',
      { ...cycle, end: march.end, opens: null },
      [
        line({ start: day('2026-03-10'), isBilled: false }, once),
        line({ start: day('2026-03-10'), isBilled: true }, once),
        line({ start: day('2026-04-10'), isBilled: false }, once),
        line({ start: day('2026-03-01'), isBilled: false }),
      ],
      ['30 2026-03-10 2026-03-10'],
    ],
    [
      'no ONETIME that was taken away before its start, be it put off by a trial',
      { ...cycle, trialEnd: day('2026-04-05') },
      [
        line({ start: day('2026-04-10'), end: day('2026-04-10') }, once),
        line({ start: day('2026-03-10'), end: day('2026-03-20'), isBilled: false }, once),
        line({ start: day('2026-04-10'), end: day('2026-04-11') }, once),
      ],
      ['30 2026-04-10 2026-04-10'],
    ],
    [
      'no ONETIME in advance in a window that is only calculated',
      { ...cycle, usage: 'within', opens: null },
      [line({ start: day('2026-03-10'), isBilled: false }, once)],
      [],
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
