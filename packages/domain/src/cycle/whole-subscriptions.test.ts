import fc from 'fast-check'
import { expect, it } from 'vitest'
import { toUnits } from '../money/money.ts'
import { amounts, cycle, day, line, total } from '../testing/usage-cycle.ts'
import type { Cycle, CycleLine, CycleTerms } from './cycle.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const start = cycle.start.getTime()
const months = ['2026-01-01', '2026-02-01', '2026-03-01', '2026-04-01', '2026-05-01'].map((text) =>
  day(text).getTime(),
)
const ladder = [
  { upTo: 5, unit: 2, flat: 3 },
  { upTo: 12, unit: 1, flat: 0 },
  { upTo: Number.POSITIVE_INFINITY, unit: 3, flat: 1 },
]
type Model = 'FLAT_FEE' | 'UP' | 'DOWN' | 'VOLUME' | 'SLAB'

/** The rules once more, in whole numbers, one event at a time over the subscription's whole life. */
function priceOf(model: Model, amount: number, quantity: number): number {
  if (quantity <= 0) return 0
  if (model === 'FLAT_FEE') return quantity * amount
  if (model === 'UP') return Math.ceil(quantity / 3) * amount
  if (model === 'DOWN') return Math.floor(quantity / 3) * amount
  if (model === 'VOLUME') {
    const tier = ladder.find(({ upTo }) => quantity <= upTo)
    return quantity * (tier?.unit ?? Number.NaN) + (tier?.flat ?? Number.NaN)
  }
  return ladder.reduce((cost, { upTo, unit, flat }, index) => {
    const below = ladder[index - 1]?.upTo ?? 0
    return quantity > below ? cost + (Math.min(quantity, upTo) - below) * unit + flat : cost
  }, 0)
}

function termsOf(model: Model, amount: number): Partial<CycleTerms> {
  const tiers = ladder.map(({ upTo, unit, flat }) => ({
    up_to: Number.isFinite(upTo) ? String(upTo) : null,
    unit_amount: String(unit),
    flat_amount: String(flat),
  }))
  if (model === 'VOLUME' || model === 'SLAB') return { billing_model: 'TIERED', tier_mode: model, tiers }
  if (model === 'FLAT_FEE') return { amount: String(amount) }
  const round = model === 'UP' ? 'up' : 'down'
  return {
    billing_model: 'PACKAGE',
    amount: String(amount),
    transform_quantity: { divide_by: 3, round },
  }
}

const resets = [null, 'DAILY', 'NEVER', 'ANNUAL', 'QUARTERLY'] as const
function periodOf(reset: (typeof resets)[number], atMs: number): number {
  if (reset === 'NEVER' || reset === 'ANNUAL') return start
  if (reset === 'DAILY') return Math.floor(atMs / dayMs)
  const of = months.filter((month) => month <= atMs).length
  return reset === null ? of : Math.ceil(of / 3)
}

const subscription = fc.record({
  edits: fc.uniqueArray(fc.integer({ min: 1, max: 118 * 24 }), { maxLength: 4 }),
  events: fc.array(
    fc.record({ hour: fc.integer({ min: 0, max: 120 * 24 - 1 }), value: fc.integer({ min: -2, max: 9 }) }),
    { minLength: 15, maxLength: 40 },
  ),
  allowances: fc.array(
    fc.record({
      limit: fc.option(fc.integer({ min: 0, max: 30 }), { freq: 12 }),
      reset: fc.constantFrom(...resets),
    }),
    { maxLength: 3 },
  ),
  model: fc.constantFrom<Model>('FLAT_FEE', 'UP', 'DOWN', 'VOLUME', 'SLAB'),
  trialDays: fc.constantFrom(0, 0, 10, 45),
  lastDay: fc.constantFrom(120, 120, 100),
  bucketSize: fc.constantFrom(null, 'DAY' as const),
})

type Subscription = typeof subscription extends fc.Arbitrary<infer Value> ? Value : never

interface Drawn {
  readonly atMs: number
  readonly month: number
  readonly day: number
  readonly value: number
  readonly left: number
  /** By each allowance. */
  readonly used: readonly number[]
}

/** Each billed event with what is free of it, in order of time. */
function drawnEvents({ trialDays, lastDay, events, allowances }: Subscription): Drawn[] {
  const [from, until] = [start + trialDays * dayMs, start + lastDay * dayMs]
  const totals = new Map<string, number>()
  return events
    .toSorted((left, right) => left.hour - right.hour)
    .flatMap(({ hour, value }) => {
      const atMs = start + hour * hourMs
      if (atMs < from || atMs >= until) return []
      let left = value
      const used = allowances.map(({ limit, reset }, index) => {
        const key = `${index} ${periodOf(reset, atMs)}`
        const [before, drawn] = [totals.get(key) ?? 0, left]
        totals.set(key, before + drawn)
        left = limit === null ? 0 : Math.max(0, before + drawn - limit) - Math.max(0, before - limit)
        return drawn - left
      })
      const month = months.filter((one) => one <= atMs).length - 1
      return [{ atMs, month, day: Math.floor(atMs / dayMs), value, left, used }]
    })
}

/** What each month costs, by the reference, in cents; zero for months of which nothing is billed. */
function expectedMonths(of: Subscription): bigint[] {
  const edits = of.edits.map((hour) => start + hour * hourMs).sort((left, right) => left - right)
  const [from, until] = [start + of.trialDays * dayMs, start + of.lastDay * dayMs]
  const drawn = drawnEvents(of)
  return [0, 1, 2, 3].map((month) => {
    const [first, last] = [Math.max(from, months[month] ?? 0), Math.min(until, months[month + 1] ?? 0)]
    const lives = [0, ...edits].map((edit, index) => {
      return [Math.max(first, edit), Math.min(last, edits[index] ?? last)] as const
    })
    return cents(
      chargesOf(
        of,
        lives,
        drawn.filter((one) => one.month === month),
      ),
    )
  })
}

interface Fraction {
  readonly top: number
  readonly bottom: number
}

type Lives = readonly (readonly [from: number, until: number])[]
const sumOf = <Value>(all: readonly Value[], pick: (one: Value) => number) =>
  all.reduce((sum, one) => sum + pick(one), 0)

/**
 * What each line bears of each bucket of a month, at its own price for all of the bucket: by its part, before anything
 * is free, of the day that DAILY allowances lower, of the month that another one lowers, or of the bucket.
 */
function chargesOf(of: Subscription, lives: Lives, events: readonly Drawn[]): Fraction[] {
  const isBucketed = of.bucketSize !== null
  const isDaily = of.allowances.some(({ limit, reset }) => limit !== null && reset === 'DAILY')
  const slots = [...Map.groupBy(events, ({ day }) => (isBucketed || isDaily ? day : 0)).values()]
  const isWhole = slots.some((slot) =>
    of.allowances.some(
      ({ reset }, index) => reset !== 'DAILY' && sumOf(slot, ({ used }) => used[index] ?? 0),
    ),
  )
  const isByDay = !isWhole && (isBucketed || isDaily)
  const buckets = [...Map.groupBy(events, ({ day }) => (isBucketed ? day : 0)).values()]
  return buckets.flatMap((bucket) => {
    const whole = sumOf(bucket, ({ left }) => left)
    if (whole <= 0) return []
    return [...Map.groupBy(bucket, ({ day }) => (isByDay ? day : 0))].flatMap(([day, some]) => {
      const left = sumOf(some, (one) => one.left)
      const time = isByDay ? events.filter((one) => one.day === day) : isWhole ? events : bucket
      const parts = left === 0 ? [] : partsOf(lives, time)
      const all = sumOf(parts, (part) => part)
      return parts.map((part, edit) => ({
        top: priceOf(of.model, edit + 1, whole) * left * Math.abs(part),
        bottom: whole * Math.abs(all),
      }))
    })
  })
}

/** What each line has of a time; where that comes to nothing, its milliseconds in the days with events. */
function partsOf(lives: Lives, events: readonly Drawn[]): number[] {
  const ofLines = lives.map(([from, until]) =>
    sumOf(
      events.filter(({ atMs }) => atMs >= from && atMs < until),
      ({ value }) => value,
    ),
  )
  if (sumOf(ofLines, (quantity) => quantity) !== 0) return net(ofLines)
  const days = [...new Set(events.map(({ day }) => day * dayMs))]
  return lives.map(([from, until]) =>
    sumOf(days, (day) => Math.max(0, Math.min(until, day + dayMs) - Math.max(from, day))),
  )
}

function net(ofLines: readonly number[]): number[] {
  const all = [...ofLines]
  for (const place of all.keys()) {
    for (const other of [...[...all.keys()].slice(0, place).reverse(), ...[...all.keys()].slice(place + 1)]) {
      const taken = Math.max(0, Math.min(-(all[place] ?? 0), all[other] ?? 0))
      all[other] = (all[other] ?? 0) - taken
      all[place] = (all[place] ?? 0) + taken
    }
  }
  return all
}

/** Rounded once, half up. */
function cents(amounts: readonly Fraction[]): bigint {
  let [top, bottom] = [0n, 1n]
  for (const amount of amounts) {
    top = top * BigInt(amount.bottom) + BigInt(amount.top) * bottom
    bottom *= BigInt(amount.bottom)
  }
  return (200n * top + bottom) / (2n * bottom)
}

it('four months of price edits, allowances, trials, tiers and buckets cost what the rules say event by event', () => {
  let charged = 0n
  fc.assert(
    fc.property(subscription, (of) => {
      const cuts = [0, ...of.edits.toSorted((left, right) => left - right)].map((h) => start + h * hourMs)
      const lines = cuts.map((from, index): CycleLine => {
        const end = cuts[index + 1]
        return line({
          ...{ id: `line-${index}`, start: new Date(from), end: end === undefined ? null : new Date(end) },
          terms: termsOf(of.model, index + 1),
          meter: { bucket_size: of.bucketSize },
          metering: { allowances: of.allowances.map((one, id) => ({ id: `of-${id}`, ...one })) },
        })
      })
      const events = of.events
        .map(({ hour, value }) => ({ at: new Date(start + hour * hourMs), value: String(value) }))
        .toSorted((left, right) => left.at.getTime() - right.at.getTime())
      const [from, until] = [start + of.trialDays * dayMs, start + of.lastDay * dayMs]
      const actual = [0, 1, 2, 3].map((month) => {
        const closes = {
          start: new Date(Math.max(months[month] ?? 0, from)),
          end: new Date(Math.min(months[month + 1] ?? 0, until)),
        }
        if (closes.start >= closes.end) return 0n
        const one: Cycle = { ...cycle, closes, trialEnd: new Date(from), end: new Date(until) }
        return toUnits(total(amounts(one, lines, events)), 'usd')
      })
      charged += actual.reduce((sum, amount) => sum + amount, 0n)
      expect(actual).toEqual(expectedMonths(of))
    }),
    { seed: 20_261_124, numRuns: 400 },
  )
  // Subscriptions that pay nothing would prove nothing.
  expect(charged).toBeGreaterThan(1_000_000n)
}, 60_000)
