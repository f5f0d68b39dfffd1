import fc from 'fast-check'
import { expect, it } from 'vitest'
import { edits, linesOf, lives } from '../testing/edited-subscription.ts'
import { amounts, cycle, day, total } from '../testing/usage-cycle.ts'
import type { MeterFacts } from '../usage/usage-measure.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const start = day('2026-03-01').getTime()
const end = day('2026-04-01').getTime()
const monthMs = end - start

const kinds = ['MAX', 'LATEST', 'AVG', 'COUNT_UNIQUE', 'SUM', 'WEIGHTED_SUM'] as const
const subscription = fc.record({
  kind: fc.constantFrom(...kinds),
  isRunning: fc.boolean(),
  isDaily: fc.boolean(),
  edits,
  lives,
  events: fc.array(
    fc.record({
      hour: fc.integer({ min: 0, max: 100 * 24 - 1 }),
      value: fc.integer({ min: 0, max: 30 }),
    }),
    { minLength: 10, maxLength: 40 },
  ),
})
type Subscription = typeof subscription extends fc.Arbitrary<infer Value> ? Value : never

interface Window {
  readonly from: number
  readonly to: number
  readonly price: number
}

interface Event {
  readonly at: number
  readonly value: number
}

/** Billing rules, section 5, once more, with floating numbers, for one month of flat prices of 1, 2, 3 … a unit. */
function expectedCost(of: Subscription, windows: readonly Window[], events: readonly Event[]): number {
  const within = (some: readonly Window[]) =>
    events.filter(({ at }) => some.some(({ from, to }) => at >= from && at < to))
  if (of.kind === 'WEIGHTED_SUM') {
    const buckets = of.isDaily && !of.isRunning ? daysOf(windows) : [{ windows, ms: monthMs }]
    const costs = buckets.map((bucket) => {
      const counted = of.isRunning ? events : within(bucket.windows)
      const costOf = ({ from, to, price }: Window) =>
        counted.reduce((sum, { at, value }) => sum + price * value * Math.max(0, to - Math.max(from, at)), 0)
      return bucket.windows.reduce((sum, window) => sum + costOf(window), 0) / bucket.ms
    })
    return costs.reduce((sum, cost) => sum + cost, 0)
  }
  if (of.isRunning) {
    const last = windows.at(-1)?.to ?? 0
    return (
      meanPrice(windows) *
      aggregate(
        of.kind,
        events.filter(({ at }) => at < last),
      )
    )
  }
  if (of.kind === 'SUM') {
    return windows.reduce((sum, one) => sum + one.price * aggregate('SUM', within([one])), 0)
  }
  const buckets = of.isDaily && of.kind === 'MAX' ? daysOf(windows) : [{ windows }]
  return buckets.reduce(
    (sum, one) => sum + meanPrice(one.windows) * aggregate(of.kind, within(one.windows)),
    0,
  )
}

/** The windows of each day; its length is from the first one's start to the last one's end. */
function daysOf(windows: readonly Window[]): { windows: Window[]; ms: number }[] {
  return Array.from({ length: monthMs / dayMs }, (_, index) => {
    const [from, to] = [start + index * dayMs, start + (index + 1) * dayMs]
    // The first and the last day of the chain in this month are cut by it; a gap inside is not.
    const all = { from: Math.max(from, windows[0]?.from ?? to), to: Math.min(to, windows.at(-1)?.to ?? from) }
    const own = windows
      .map((one) => ({ ...one, from: Math.max(one.from, from), to: Math.min(one.to, to) }))
      .filter((one) => one.from < one.to)
    return { windows: own, ms: all.to - all.from }
  }).filter((one) => one.windows.length > 0)
}

function meanPrice(windows: readonly Window[]): number {
  const whole = windows.reduce((sum, { from, to }) => sum + to - from, 0)
  return windows.reduce((sum, { from, to, price }) => sum + price * (to - from), 0) / whole
}

function aggregate(kind: Subscription['kind'], events: readonly Event[]): number {
  const values = events.map(({ value }) => value)
  const sum = values.reduce((all, value) => all + value, 0)
  switch (kind) {
    case 'MAX':
      return Math.max(0, ...values)
    case 'LATEST':
      return values.at(-1) ?? 0
    case 'AVG':
      return values.length === 0 ? 0 : sum / values.length
    case 'COUNT_UNIQUE':
      return new Set(values).size
    case 'SUM':
    case 'WEIGHTED_SUM':
      return sum
  }
}

it('one value is charged by time, a weighted one goes on into the next line: as the rules say, event by event', () => {
  let charged = 0
  fc.assert(
    fc.property(subscription, (of) => {
      const hasBuckets = of.isDaily && !of.isRunning && (of.kind === 'MAX' || of.kind === 'WEIGHTED_SUM')
      const meter: Partial<MeterFacts> = {
        aggregation_type: of.kind,
        reset_usage: of.isRunning ? 'NEVER' : 'BILLING_PERIOD',
        bucket_size: hasBuckets ? 'DAY' : null,
      }
      const priceAt = (at: Date) => 1 + of.edits.filter((edit) => edit <= at).length
      const lines = linesOf(of.lives, of.edits, (from) => ({
        ...{ id: 'line', meter, terms: { amount: String(priceAt(from)) } },
      }))
      const windows = lines.flatMap((line) => {
        const from = Math.max(start, line.start.getTime())
        const to = Math.min(end, line.end?.getTime() ?? end)
        return from < to ? [{ from, to, price: priceAt(line.start) }] : []
      })
      // Ascending, and never two at one instant, of which the latest would be by their ids.
      const events = [...new Map(of.events.map((event) => [event.hour, event])).values()]
        .map(({ hour, value }) => ({ at: cycle.start.getTime() + hour * hourMs, value }))
        .toSorted((left, right) => left.at - right.at)
      const sent = events.map(({ at, value }) => ({ at: new Date(at), value: String(value) }))
      const closes = { start: new Date(start), end: new Date(end) }
      const actual = Number(total(amounts({ ...cycle, closes, opens: null }, lines, sent)).toFixed())
      const expected = windows.length === 0 ? 0 : expectedCost(of, windows, events)
      expect(Math.abs(actual - expected)).toBeLessThan(0.0051)
      charged += actual
    }),
    { seed: 20_261_130, numRuns: 800 },
  )
  expect(charged).toBeGreaterThan(10_000)
}, 60_000)
