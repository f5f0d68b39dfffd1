import fc from 'fast-check'
import { expect, test } from 'vitest'
import { day, grid, line } from '../testing/fixed-cycle.ts'
import type { Period } from '../time/period.ts'
import { periodAt } from '../time/period-at.ts'
import type { Cycle, CycleLine, CycleTerms } from './cycle.ts'
import { planCycle } from './plan-cycle.ts'

test('a longer period bills each instant of a chain once, whatever is edited and however late an invoice hears of it', () => {
  fc.assert(
    fc.property(stories, (story) => {
      const spans = billed(story).toSorted((left, right) => left.start.getTime() - right.start.getTime())
      const starts = spans.map(({ start }) => start)
      const ends = spans.map(({ end }) => end)
      const { end } = story
      const reached = end ?? story.until
      // In arrear the interval that is running is not billed yet.
      const isRunning = story.terms.invoice_cadence === 'ARREAR' && !end
      const from = isRunning ? reached.getTime() - longestMs : reached.getTime()
      expect(ends.at(-1)?.getTime()).toBeGreaterThanOrEqual(from)
      expect(starts).toEqual([story.first, ...ends.slice(0, -1)])
    }),
    { seed: 20_261_129, numRuns: 300 },
  )
})

/** A year, and the month whose invoice tells of it. */
const longestMs = (366 + 31) * 86_400_000

interface Story {
  readonly cycle: Cycle
  readonly terms: Partial<CycleTerms>
  readonly first: Date
  /** When the line is added: as it begins, or a while before. */
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
        externalCustomerId: null,
        closes: null,
        opens: null,
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
