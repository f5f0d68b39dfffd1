import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecimal, isNegative, sumDecimals } from '../money/decimal.ts'
import {
  allowances,
  edits,
  eventsFrom,
  invoiceOf,
  linesOf,
  lives,
  meter,
  model,
  months,
} from '../testing/edited-subscription.ts'
import { cycle, day } from '../testing/usage-cycle.ts'
import { earlier, later } from '../time/period.ts'
import type { Cycle, CycleLine } from './cycle.ts'
import { recomputeLine } from './line-charge.ts'

const seed = 20_261_129
const numRuns = 300

/** Every charge model, aggregation, reset, bucket and allowance, and another chain that shares the allowances. */
const subscription = fc.record({
  other: model,
  meter,
  otherMeter: meter,
  allowances,
  changes: edits,
  models: fc.array(model, { minLength: 1, maxLength: 3 }),
  // An edit may change the bucket size, too.
  sizes: fc.array(fc.constantFrom(null, 'DAY' as const, 'MONTH' as const), { minLength: 1, maxLength: 2 }),
  edits,
  lives,
  period: fc.constantFrom('MONTHLY' as const, 'MONTHLY' as const, 'QUARTERLY' as const),
})
type Subscription = typeof subscription extends fc.Arbitrary<infer Value> ? Value : never

/** The prices change at `changes`; cut at `at`, too, they are the same. */
function linesFor(of: Subscription, at: readonly Date[] = []): CycleLine[] {
  const terms = { billing_period: of.period }
  const metering = { allowances: of.allowances }
  const cuts = [...of.changes, ...at].toSorted((left, right) => left.getTime() - right.getTime())
  const edited = linesOf(
    of.lives,
    [...new Map(cuts.map((cut) => [cut.getTime(), cut])).values()],
    (start) => {
      const changes = of.changes.filter((change) => change <= start).length
      const bucketSize = of.meter.bucket_size && (of.sizes[changes % of.sizes.length] ?? null)
      return {
        ...{ id: 'edited', chain: 'edited', meter: of.meter, metering: { ...metering, bucketSize } },
        terms: { ...of.models[changes % of.models.length], ...terms },
      }
    },
  )
  const other = linesOf([{ start: day('2026-01-10'), end: null }], [], () => ({
    ...{ id: 'other', chain: 'other', meter: of.otherMeter, metering, terms: of.other },
  }))
  return [...edited, ...other]
}

function cyclesOf(of: Pick<Cycle, 'trialEnd' | 'end'> = {}): Cycle[] {
  return months.map((closes) => ({ ...cycle, ...of, closes, opens: null }))
}

describe('a price edit inside a period', () => {
  it('that changes nothing changes no bill', () => {
    let charging = 0
    fc.assert(
      fc.property(subscription, eventsFrom(-10), (of, events) => {
        for (const one of cyclesOf()) {
          const before = invoiceOf(one, linesFor(of), events)
          expect(invoiceOf(one, linesFor(of, of.edits), events).total).toBe(before.total)
          if (before.total !== '0') charging++
        }
      }),
      { seed, numRuns },
    )
    // Bills of nothing would prove nothing.
    expect(charging).toBeGreaterThan(numRuns)
  }, 60_000)

  it('that changes nothing changes no calculation of any window, and no bill after a trial or up to an end', () => {
    const days = fc
      .integer({ min: 0, max: 140 })
      .map((count) => new Date(cycle.start.getTime() + count * 43_200_000))
    fc.assert(
      fc.property(subscription, eventsFrom(-10), days, days, (of, events, one, two) => {
        if (one >= two) return
        const within: Cycle = { ...cycle, closes: { start: one, end: two }, opens: null, usage: 'within' }
        for (const each of [within, ...cyclesOf({ trialEnd: one, end: two })]) {
          const { closes } = each
          if (!closes || closes.start >= two || closes.end <= one) continue
          const cut = {
            ...each,
            closes: {
              start: later(closes.start, one),
              end: earlier(closes.end, two),
            },
          }
          const before = invoiceOf(cut, linesFor(of), events)
          expect(invoiceOf(cut, linesFor(of, of.edits), events).total).toBe(before.total)
        }
      }),
      { seed, numRuns },
    )
  }, 60_000)

  it('bills nothing below 0 for usage that is not, and says how each line and their rounding came about', () => {
    fc.assert(
      fc.property(subscription, eventsFrom(0), (of, events) => {
        for (const one of cyclesOf()) {
          const { charges } = invoiceOf(one, linesFor(of, of.edits), events)
          for (const { amount, explanation } of charges) {
            expect(isNegative(amount)).toBe(false)
            const stored = JSON.parse(JSON.stringify(explanation))
            expect(formatDecimal(recomputeLine(stored))).toBe(formatDecimal(amount))
          }
          const shared = charges.flatMap(({ line: { chain: id }, amount, explanation }) =>
            'chain' in explanation && explanation.chain ? [{ id, amount, chain: explanation.chain }] : [],
          )
          for (const lines of Map.groupBy(
            shared,
            ({ id, chain }) => `${id} ${chain.exact_amount}`,
          ).values()) {
            expect(lines).toHaveLength(lines[0]?.chain.lines ?? 0)
            expect(formatDecimal(sumDecimals(lines.map(({ amount }) => amount)))).toBe(lines[0]?.chain.amount)
          }
        }
      }),
      { seed, numRuns },
    )
  }, 60_000)
})
