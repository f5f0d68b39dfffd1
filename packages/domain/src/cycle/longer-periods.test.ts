import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bills, day, grid, line } from '../testing/fixed-cycle.ts'
import type { Period } from '../time/grid.ts'
import { periodAt } from '../time/period.ts'
import type { Cycle, CycleLine, CycleTerms } from './cycle.ts'
import { planCycle } from './plan-cycle.ts'

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

  it('each instant of a chain once, whatever is edited and however late an invoice hears of it', () => {
    fc.assert(
      fc.property(stories, (story) => {
        const spans = billed(story).toSorted((left, right) => left.start.getTime() - right.start.getTime())
        const starts = spans.map(({ start }) => start)
        const ends = spans.map(({ end }) => end)
        const { end } = story
        const reached = end && end < story.until ? end : story.until
        if (story.terms.invoice_cadence === 'ADVANCE' || end)
          expect(ends.at(-1)?.getTime()).toBeGreaterThanOrEqual(reached.getTime())
        expect(starts).toEqual(spans.length === 0 ? [] : [story.first, ...ends.slice(0, -1)])
      }),
      { seed: 20_261_129, numRuns: 300 },
    )
  })
})

interface Story {
  readonly cycle: Cycle
  readonly terms: Partial<CycleTerms>
  readonly first: Date
  /** When the line is added, at the earliest as it begins or a while before. */
  readonly addedAt: Date
  /** Edits of the price, each with the instant that the subscription hears of it. */
  readonly edits: readonly { readonly at: Date; readonly knownAt: Date }[]
  readonly end: Date | null
  readonly until: Date
}

const start = day('2026-01-01')
const daysAfter = (days: number) => new Date(start.getTime() + days * 86_400_000)
const horizonDays = 900
const stories: fc.Arbitrary<Story> = fc
  .record({
    anchorDay: fc.integer({ min: 0, max: 30 }),
    behavior: fc.constantFrom('none' as const, 'create_prorations' as const),
    invoice_cadence: fc.constantFrom('ADVANCE' as const, 'ARREAR' as const),
    length: fc.constantFrom(
      { billing_period: 'ANNUAL', billing_period_count: 1 } as const,
      { billing_period: 'QUARTERLY', billing_period_count: 1 } as const,
      { billing_period: 'MONTHLY', billing_period_count: 5 } as const,
      { billing_period: 'WEEKLY', billing_period_count: 6 } as const,
      { billing_period: 'DAILY', billing_period_count: 100 } as const,
    ),
    firstDay: fc.integer({ min: 0, max: 100 }),
    knownBefore: fc.integer({ min: 0, max: 70 }),
    edits: fc.array(
      fc.record({ after: fc.integer({ min: 1, max: 400 }), late: fc.integer({ min: -60, max: 60 }) }),
      {
        maxLength: 4,
      },
    ),
    endDay: fc.option(fc.integer({ min: 200, max: horizonDays }), { nil: null }),
  })
  .map(({ anchorDay, behavior, invoice_cadence, length, firstDay, knownBefore, edits, endDay }) => {
    const end = endDay === null ? null : daysAfter(endDay)
    return {
      cycle: {
        ...cycle,
        grid: { ...grid, anchor: daysAfter(anchorDay) },
        start,
        end,
        prorationBehavior: behavior,
      },
      terms: { invoice_cadence, ...length },
      first: daysAfter(firstDay),
      addedAt: daysAfter(firstDay - knownBefore),
      edits: edits
        .map(({ after, late }) => ({
          at: daysAfter(firstDay + after),
          knownAt: daysAfter(firstDay + Math.max(after + late, -knownBefore)),
        }))
        .toSorted((left, right) => left.at.getTime() - right.at.getTime()),
      end,
      until: daysAfter(horizonDays),
    }
  })

/** The chain's lines as they are known at an instant. */
function linesAt({ first, addedAt, edits, terms }: Story, now: Date, billedUntil: Date | null): CycleLine[] {
  if (addedAt > now) return []
  const known = edits.filter(({ knownAt }) => knownAt <= now).map(({ at }) => at)
  const starts = [first, ...known]
  return starts.map((from, index) =>
    line({ id: `line-${index}`, start: from, end: starts[index + 1] ?? null, billedUntil }, terms),
  )
}

/** What the invoices of a subscription bill of the chain, each written as its period begins, the last at the end. */
function billed(story: Story): Period[] {
  const spans: Period[] = []
  const lifetime = { start, end: story.end }
  let closes: Period | null = null
  for (;;) {
    const now: Date = closes?.end ?? start
    if (now > story.until) return spans
    const opens: Period | null = periodAt(story.cycle.grid, lifetime, now) ?? null
    const ends = spans.map(({ end }) => end.getTime())
    const lines = linesAt(story, now, ends.length === 0 ? null : new Date(Math.max(...ends)))
    spans.push(...planCycle({ ...story.cycle, closes, opens }, lines).fixed.map(({ span }) => span))
    if (opens === null) return spans
    closes = opens
  }
}
