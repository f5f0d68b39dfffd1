import fc from 'fast-check'
import type { Cycle, CycleLine, CycleTerms } from '../cycle/cycle.ts'
import { settleInvoice } from '../invoice/settle-invoice.ts'
import { formatDecimal } from '../money/decimal.ts'
import { aggregationTypes, bucketSizes, isBucketable } from '../price/meter-terms.ts'
import type { Allowance } from '../usage/allowance.ts'
import type { TestEvent } from './answer-questions.ts'
import { cycle, day, line, rate } from './usage-cycle.ts'

/** Five months of a subscription, from January 2026 on. */
export const months = [1, 2, 3, 4, 5].map((month) => ({
  start: day(`2026-0${month}-01`),
  end: day(`2026-0${month + 1}-01`),
}))
const startMs = cycle.start.getTime()
const lifeMs = day('2026-06-01').getTime() - startMs
const hourMs = 3_600_000

const tiers = [
  { up_to: '10', unit_amount: '0.333', flat_amount: '1.5' },
  { up_to: '33.5', unit_amount: '0.0101' },
  { up_to: null, unit_amount: '0.07', flat_amount: '0.125' },
]

export const model = fc.constantFrom<Partial<CycleTerms>>(
  { billing_model: 'FLAT_FEE', amount: '0.0137' },
  { billing_model: 'FLAT_FEE', amount: '1.1' },
  { billing_model: 'PACKAGE', amount: '1.005', transform_quantity: { divide_by: 7 } },
  { billing_model: 'PACKAGE', amount: '2', transform_quantity: { divide_by: 7, round: 'down' } },
  { billing_model: 'TIERED', tier_mode: 'SLAB', tiers },
  { billing_model: 'TIERED', tier_mode: 'VOLUME', tiers },
)

/** Every aggregation, reset by the period or never, with buckets and groups where it may have them. */
export const meter = fc
  .record({
    aggregation_type: fc.constantFrom(...aggregationTypes),
    reset_usage: fc.constantFrom('BILLING_PERIOD' as const, 'BILLING_PERIOD' as const, 'NEVER' as const),
    bucket_size: fc.option(fc.constantFrom(...bucketSizes.slice(3)), { freq: 2 }),
    group_by: fc.constantFrom(null, 'region'),
    multiplier: fc.constant('0.5'),
  })
  .map((one) => {
    const hasBuckets = isBucketable(one.aggregation_type) && one.reset_usage === 'BILLING_PERIOD'
    const bucket_size = hasBuckets ? one.bucket_size : null
    return { ...one, bucket_size, group_by: bucket_size === null ? null : one.group_by }
  })

export const allowances: fc.Arbitrary<Allowance[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b'),
    limit: fc.option(fc.integer({ min: 0, max: 99 }), { freq: 9 }),
    reset: fc.constantFrom(null, 'DAILY' as const, 'NEVER' as const, 'ANNUAL' as const),
  }),
  { maxLength: 2, selector: ({ id }) => id },
)

export function eventsFrom(least: number): fc.Arbitrary<TestEvent[]> {
  return fc.array(
    fc.record({
      at: fc.integer({ min: 0, max: lifeMs - 1 }).map((ms) => new Date(startMs + ms)),
      value: fc.integer({ min: least, max: 40 }).map(String),
      group: fc.constantFrom('eu', 'us', null),
    }),
    { minLength: 5, maxLength: 40 },
  )
}

/** Instants inside the subscription, some of them at midnight, ascending. */
export const edits = fc
  .uniqueArray(
    fc.oneof(
      fc.integer({ min: 1, max: lifeMs / hourMs - 1 }).map((hours) => hours * hourMs),
      fc.integer({ min: 1, max: lifeMs / hourMs / 24 - 1 }).map((days) => days * 24 * hourMs),
    ),
    { minLength: 1, maxLength: 5 },
  )
  .map((all) => all.toSorted((left, right) => left - right).map((ms) => new Date(startMs + ms)))

/** When a price was at work: always, or with a time in between when it had ended. */
export const lives = fc
  .option(fc.tuple(fc.integer({ min: 1, max: 2_500 }), fc.integer({ min: 1, max: 1_200 })), { freq: 2 })
  .map((gap) => {
    if (gap === null) return [{ start: cycle.start, end: null }]
    const from = startMs + gap[0] * hourMs
    return [
      { start: cycle.start, end: new Date(from) },
      { start: new Date(from + gap[1] * hourMs), end: null },
    ]
  })

type Lives = readonly { readonly start: Date; readonly end: Date | null }[]

/** Lines of one chain: those lives, cut at each edit; `make` says what each is from its start on. */
export function linesOf(of: Lives, at: readonly Date[], make: (start: Date) => Parameters<typeof line>[0]) {
  const cut = of.flatMap(({ start, end }) => {
    const within = at.filter((edit) => edit > start && (end === null || edit < end))
    const starts = [start, ...within]
    return starts.map((from, index) => ({ start: from, end: starts[index + 1] ?? end }))
  })
  return cut.map((life, index) => {
    const made = make(life.start)
    return line({ ...made, ...life, id: `${made?.id}-${index}` })
  })
}

/** An invoice's charges, and its total as it is settled. */
export function invoiceOf(of: Cycle, lines: readonly CycleLine[], events: readonly TestEvent[]) {
  const charges = rate(of, lines, events)
  const settled = settleInvoice(
    'usd',
    charges.map(({ amount }, index) => ({ id: String(index), kind: 'charge', amount, currency: 'usd' })),
  )
  return { charges, total: formatDecimal(settled.amounts.total) }
}
