import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalFromInteger, formatDecimal, isNegative, sumDecimals } from '../money/decimal.ts'
import type { TestEvent } from '../testing/answer-questions.ts'
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
import { dec } from '../testing/price-arbitrary.ts'
import { cycle, day, event } from '../testing/usage-cycle.ts'
import { earlier, later } from '../time/period.ts'
import { splitsByQuantity } from '../usage/usage-measure.ts'
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

/** February 2026 has 28 days; what happens in its first half happens again in its second. */
const [february, middle] = [{ start: day('2026-02-01'), end: day('2026-03-01') }, day('2026-02-15')]
const noon = new Date('2026-02-15T12:00:00Z')
const halfMs = middle.getTime() - february.start.getTime()
const halfDayMs = noon.getTime() - middle.getTime()

type Model = typeof model extends fc.Arbitrary<infer Value> ? Value : never
interface Edited extends Pick<Subscription, 'meter' | 'allowances'> {
  readonly first: Model
  readonly second: Model
}

/** February's bills of the first price, of the second, and of the first until the edit and the second from then on. */
function billsOf({ meter, allowances, first, second }: Edited, at: Date, events: readonly TestEvent[]) {
  const closing = { ...cycle, closes: february, opens: null }
  const total = (...models: Model[]) => {
    const lines = linesOf([{ start: cycle.start, end: null }], models.length > 1 ? [at] : [], (start) => ({
      ...{ id: 'line', meter, metering: { allowances } },
      terms: models[start < at ? 0 : models.length - 1] ?? first,
    }))
    return dec(invoiceOf(closing, lines, events).total)
  }
  return { one: total(first), two: total(second), edited: total(first, second) }
}

/** Two bills, each rounded to the cent, have a mean that is known to the cent. */
function expectMean({ one, two, edited }: ReturnType<typeof billsOf>): void {
  const twice = edited.times(decimalFromInteger(2)).minus(one).minus(two)
  expect(twice.abs().lte(dec('0.02'))).toBe(true)
}

function patternWithin(ms: number, least = 0) {
  return fc.array(
    fc.record({
      ms: fc.integer({ min: 0, max: ms - 1 }),
      value: fc.integer({ min: least, max: 40 }).map(String),
      group: fc.constantFrom('eu', 'us', null),
    }),
    { minLength: 1, maxLength: 15 },
  )
}

describe('a price edit in the middle of a period', () => {
  it('bills the mean of the two prices’ bills for equal usage before and after, whatever is free', () => {
    const of = fc.record({
      meter,
      allowances,
      first: model,
      second: model,
      pattern: patternWithin(halfMs, -5),
    })
    let differing = 0
    fc.assert(
      fc.property(of, ({ pattern, ...of }) => {
        const { meter } = of
        // Weeks are not of both halves alike.
        if (meter.bucket_size === 'WEEK') return
        const isWeighted = meter.aggregation_type === 'WEIGHTED_SUM'
        // What is there from before, and only stays, is there in both halves alike.
        const stays = isWeighted && (meter.bucket_size === null || meter.bucket_size === 'MONTH')
        const halves = stays ? [] : [february.start.getTime(), middle.getTime()]
        const events = [
          { at: day('2026-01-02'), value: '500', group: 'eu' },
          ...(stays ? [{ at: february.start, value: '40', group: 'eu' }] : []),
          ...halves.flatMap((from) => pattern.map(({ ms, ...one }) => ({ at: new Date(from + ms), ...one }))),
        ]
        const bills = billsOf(of, middle, events)
        if (!bills.one.eq(bills.two)) differing++
        expectMean(bills)
      }),
      { seed, numRuns: 4 * numRuns },
    )
    expect(differing).toBeGreaterThan(400)
  }, 60_000)

  it('and so in a day that is cut, with the usage of a day in each half of it', () => {
    const of = fc.record({
      meter,
      allowances,
      first: model,
      second: model,
      pattern: patternWithin(halfDayMs),
    })
    let differing = 0
    fc.assert(
      fc.property(of, ({ pattern, ...of }) => {
        const { meter } = of
        // A weighted value goes on into the second half, and what is charged by time is of longer times.
        if (meter.aggregation_type === 'WEIGHTED_SUM') return
        const isLong = ['WEEK', 'MONTH', null].includes(meter.bucket_size)
        if (isLong && !splitsByQuantity(meter)) return
        const events = [middle, noon].flatMap((from) =>
          pattern.map(({ ms, ...one }) => ({ at: new Date(from.getTime() + ms), ...one })),
        )
        const bills = billsOf(of, noon, events)
        if (!bills.one.eq(bills.two)) differing++
        expectMean(bills)
      }),
      { seed, numRuns: 3 * numRuns },
    )
    expect(differing).toBeGreaterThan(100)
  }, 60_000)

  it('keeps what is free in a day to the day: only the one that is cut is shared', () => {
    const lines = linesOf([{ start: cycle.start, end: null }], [noon], (start) => ({
      ...{ id: 'line', metering: { allowances: [{ id: 'a', limit: 5, reset: 'DAILY' }] } },
      terms: { amount: start < noon ? '1' : '3' },
    }))
    const events = [
      event('2026-02-05', '7'),
      event('2026-02-15T01:00:00Z', '6'),
      event('2026-02-15T13:00:00Z', '3'),
    ]
    const { charges } = invoiceOf({ ...cycle, closes: february }, lines, events)
    expect(charges.map(({ amount }) => formatDecimal(amount))).toEqual(['4.67', '4'])
  })

  it('with refunds: an edit that changes nothing takes them off the price that they came in with', () => {
    const events = [event('2026-02-02', '4'), event('2026-02-12', '-2'), event('2026-02-20', '5')]
    const totalOf = (at: string[]) => {
      const lines = linesOf([{ start: cycle.start, end: null }], at.map(day), (start) => ({
        ...{ id: 'line', terms: { amount: start < day('2026-02-10') ? '1' : '3' } },
      }))
      return invoiceOf({ ...cycle, closes: february }, lines, events).total
    }
    expect(totalOf(['2026-02-10', '2026-02-15'])).toBe(totalOf(['2026-02-10']))
  })
})
