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

/** What each month costs, by the reference, in cents; zero for months of which nothing is billed. */
function expectedMonths(of: typeof subscription extends fc.Arbitrary<infer Value> ? Value : never): bigint[] {
  const [from, until] = [start + of.trialDays * dayMs, start + of.lastDay * dayMs]
  const edits = of.edits.map((hour) => start + hour * hourMs).sort((left, right) => left - right)
  const used = new Map<string, number>()
  const billed = new Map<string, { month: number; ofLines: number[] }>()
  for (const { hour, value } of of.events.toSorted((left, right) => left.hour - right.hour)) {
    const atMs = start + hour * hourMs
    if (atMs < from || atMs >= until) continue
    let left = value
    for (const [index, { limit, reset }] of of.allowances.entries()) {
      const key = `${index} ${periodOf(reset, atMs)}`
      const before = used.get(key) ?? 0
      used.set(key, before + left)
      left = limit === null ? 0 : Math.max(0, before + left - limit) - Math.max(0, before - limit)
    }
    const month = months.filter((one) => one <= atMs).length - 1
    const edit = edits.filter((one) => one <= atMs).length
    const key = `${month} ${of.bucketSize === null ? '' : Math.floor(atMs / dayMs)}`
    const one = billed.get(key) ?? { month, ofLines: [0, ...edits].map(() => 0) }
    one.ofLines[edit] = (one.ofLines[edit] ?? 0) + left
    billed.set(key, one)
  }
  return [0, 1, 2, 3].map((month) => {
    const ofMonth = [...billed.values()].filter((one) => one.month === month)
    return cents(ofMonth.flatMap(({ ofLines }) => chargesOf(of.model, ofLines)))
  })
}

interface Fraction {
  readonly top: number
  readonly bottom: number
}

/** What each line bears of one bucket: at its own price, for all of the bucket, by its part of it. */
function chargesOf(model: Model, ofLines: readonly number[]): Fraction[] {
  const net = ofLines.map((quantity) => Math.max(0, quantity))
  for (const [place, quantity] of ofLines.entries()) {
    const others = [...ofLines.keys()]
    let owed = Math.max(0, -quantity)
    for (const other of [...others.slice(0, place).reverse(), ...others.slice(place + 1)]) {
      const taken = Math.min(owed, net[other] ?? 0)
      net[other] = (net[other] ?? 0) - taken
      owed -= taken
    }
  }
  const whole = ofLines.reduce((sum, quantity) => sum + quantity, 0)
  if (whole <= 0) return []
  return net.map((quantity, edit) => ({ top: priceOf(model, edit + 1, whole) * quantity, bottom: whole }))
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
