import { describe, expect, it } from 'vitest'
import { bills, day, grid, line } from '../testing/fixed-cycle.ts'
import type { Cycle, CycleLine } from './cycle.ts'

/** A monthly subscription since February; its lines are of longer periods. March closes, April opens. */
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
const last: Cycle = { ...cycle, end: march.end, opens: null }
const annual = { billing_period: 'ANNUAL' } as const
const quarterly = { billing_period: 'QUARTERLY' } as const
const arrear = { invoice_cadence: 'ARREAR' } as const
const until = (text: string) => ({ billedUntil: day(text) })

describe('of a longer period a cycle bills', () => {
  it.each<[string, Cycle, CycleLine[], string[]]>([
    [
      'the first year, as the period that it began in was written',
      cycle,
      [line({ start: cycle.start }, annual), line({ chain: 'b', start: day('2026-03-10') }, annual)],
      ['30 2026-02-01 2027-02-01', '30 2026-03-10 2027-03-10'],
    ],
    ['it once', cycle, [line({ start: cycle.start, ...until('2027-02-01') }, annual)], []],
    [
      'it in a last invoice, up to the end',
      last,
      [line({ start: day('2026-03-10') }, annual)],
      ['30 2026-03-10 2026-04-01'],
    ],
    [
      'it before its own invoice was written',
      cycle,
      [line({ start: day('2026-04-10') }, annual)],
      ['30 2026-04-10 2027-04-10'],
    ],
    [
      'each further interval in the invoice that holds its boundary',
      cycle,
      [
        line({ start: day('2026-01-10'), ...until('2026-04-10') }, quarterly),
        line({ chain: 'b', start: day('2026-02-10'), ...until('2026-05-10') }, quarterly),
        line({ chain: 'c', start: day('2026-02-01') }, { ...quarterly, ...arrear }),
      ],
      [],
    ],
    [
      'one in arrear when its own end has come, also a last one',
      { ...cycle, end: day('2026-06-11'), closes: { start: day('2026-05-01'), end: day('2026-06-01') } },
      [
        line({ start: day('2026-02-10') }, { ...quarterly, ...arrear }),
        line({ chain: 'b', start: day('2026-03-10') }, { ...quarterly, ...arrear }),
      ],
      ['30 2026-02-10 2026-05-10'],
    ],
    [
      'weeks that are no part of a month: their boundaries lie anywhere',
      cycle,
      [
        line(
          { start: day('2026-02-20'), ...until('2026-04-03') },
          { billing_period: 'WEEKLY', billing_period_count: 6 },
        ),
      ],
      ['30 2026-04-03 2026-05-15'],
    ],
    [
      'months that make the subscription’s period on its own grid',
      {
        ...cycle,
        grid: { ...cycle.grid, period: 'QUARTERLY' },
        opens: { start: day('2026-05-01'), end: day('2026-08-01') },
      },
      [line({ start: day('2026-03-10') }, { billing_period_count: 3 })],
      ['30 2026-05-01 2026-08-01'],
    ],
    [
      'a successor on the grid of its chain',
      { ...cycle, closes: { start: day('2027-02-01'), end: march.start }, opens: march },
      [
        line({ id: 'a', start: day('2026-03-10'), end: day('2026-08-15'), ...until('2027-03-10') }, annual),
        line({ id: 'b', start: day('2026-08-15'), ...until('2027-03-10') }, annual),
      ],
      [],
    ],
    [
      'a successor’s year as the chain’s has passed',
      { ...cycle, opens: { start: day('2027-03-01'), end: day('2027-04-01') } },
      [
        line({ id: 'a', start: day('2026-03-10'), end: day('2026-08-15'), ...until('2027-03-10') }, annual),
        line({ id: 'b', start: day('2026-08-15'), ...until('2027-03-10') }, { ...annual, amount: '50' }),
      ],
      ['50 2027-03-10 2028-03-10'],
    ],
    [
      'the first line of a chain that was edited before any invoice, whole',
      cycle,
      [
        line({ id: 'a', start: day('2026-03-10'), end: day('2026-03-20') }, annual),
        line({ id: 'b', start: day('2026-03-20') }, { ...annual, amount: '50' }),
      ],
      ['30 2026-03-10 2027-03-10'],
    ],
    [
      'prorating, each line’s share of a year of 365 days',
      prorated,
      [
        line({ id: 'a', start: day('2026-03-10'), end: day('2026-03-20') }, { ...annual, amount: '365' }),
        line({ id: 'b', start: day('2026-03-20') }, { ...annual, amount: '730' }),
      ],
      ['10 2026-03-10 2026-03-20', '710 2026-03-20 2027-03-10'],
    ],
    [
      'prorating, nothing of a successor within a year that was billed',
      prorated,
      [
        line({ id: 'a', start: day('2026-02-10'), end: day('2026-04-10'), ...until('2027-02-10') }, annual),
        line({ id: 'b', start: day('2026-04-10'), ...until('2027-02-10') }, annual),
      ],
      [],
    ],
    [
      'what began in a trial from the trial’s end on',
      {
        ...cycle,
        trialEnd: day('2026-03-16'),
        closes: null,
        opens: { start: day('2026-03-16'), end: march.end },
      },
      [line({ start: day('2026-03-02') }, annual)],
      ['30 2026-03-16 2027-03-16'],
    ],
    [
      'nothing in advance in a window that is only calculated',
      { ...cycle, usage: 'within', opens: null, end: march.end },
      [line({ start: day('2026-03-10') }, annual)],
      [],
    ],
  ])('%s', (_name, of, lines, expected) => {
    expect(bills(of, ...lines)).toEqual(expected)
  })
})
