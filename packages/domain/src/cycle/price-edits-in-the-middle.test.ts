import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decimalFromInteger, formatDecimal } from '../money/decimal.ts'
import { readRatio, shownDecimal } from '../money/ratio.ts'
import type { TestEvent } from '../testing/answer-questions.ts'
import { allowances, invoiceOf, linesOf, meter, model } from '../testing/edited-subscription.ts'
import { dec } from '../testing/price-arbitrary.ts'
import { allowance, amounts, cycle, day, event, february, rate } from '../testing/usage-cycle.ts'
import type { Allowance } from '../usage/allowance.ts'
import { splitsByQuantity } from '../usage/usage-measure.ts'

const seed = 20_261_129
const numRuns = 300

/** February 2026 has 28 days; what happens in its first half happens again in its second. */
const middle = day('2026-02-15')
const noon = new Date('2026-02-15T12:00:00Z')
const halfMs = middle.getTime() - february.start.getTime()
const halfDayMs = noon.getTime() - middle.getTime()

type Model = typeof model extends fc.Arbitrary<infer Value> ? Value : never
interface Edited {
  readonly meter: typeof meter extends fc.Arbitrary<infer Value> ? Value : never
  readonly allowances: readonly Allowance[]
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

  it.each([
    [null, ['5', '15']],
    ['DAY' as const, ['5', '15']],
  ])(
    'shares what is free of a month by what each price has of it, and tells it, in buckets %s',
    (bucketSize, expected) => {
      const lines = linesOf([{ start: cycle.start, end: null }], [middle], (start) => ({
        ...{ id: 'line', metering: { bucketSize, allowances: [allowance(10)] } },
        terms: { amount: start < middle ? '1' : '3' },
      }))
      const events = [event('2026-02-05', '10'), event('2026-02-20', '10')]
      expect(amounts({ ...cycle, closes: february }, lines, events)).toEqual(expected)
      for (const { explanation } of rate({ ...cycle, closes: february }, lines, events)) {
        if (!('usage' in explanation)) continue
        const { quantity, billed_quantity, allowances } = explanation.usage
        const figures = [quantity, billed_quantity, ...allowances.map(({ used }) => used)]
        expect(figures.map((text) => formatDecimal(shownDecimal(readRatio(text))))).toEqual(['10', '5', '5'])
      }
    },
  )

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
