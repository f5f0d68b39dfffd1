import { type Allowance, aggregationOf, multiplier, type UsageEvent } from '../lives/step.ts'
import { charge } from './charge.ts'
import type { ExpectedLine } from './fixed.ts'
import { type Span, shared } from './grid.ts'
import type { Line } from './lines.ts'
import type { Ratio } from './ratio.ts'
import * as exact from './ratio.ts'

export interface UsageTerms {
  /** What is billed, and the whole interval of the grid that holds it. */
  readonly period: Span
  readonly interval: Span
  /** Of the meter's feature; undefined for none. */
  readonly allowance: Allowance | undefined
  /** Of the subscription's customer and the meter, as the rating sees them. */
  readonly events: readonly UsageEvent[]
  /** When what is paid begins: where usage of all time is counted from. */
  readonly since: number
}

/**
 * A chain's USAGE lines of one interval (billing rules, section 5): what splits by quantity is charged by q ÷ Q of
 * each window, all else by shares of time; rounded together, and shared by largest remainder.
 */
export function usageLines(lines: readonly Line[], terms: UsageTerms): ExpectedLine[] {
  const windows = lines.flatMap((line) => {
    const window = line.isLeftOut ? undefined : shared(line, terms.period)
    return window ? [{ line, window }] : []
  })
  if (windows.length === 0) return []
  const meter = lines[0]?.chain.terms.meter ?? 0
  const counted = windows.map(({ window }) => within(terms.events, window))
  const before = lines.flatMap((line) => {
    const earlier = shared(line, { start: terms.since, end: terms.period.start })
    return earlier ? within(terms.events, earlier) : []
  })
  const amounts = isSplit(meter)
    ? splitAmounts(windows, counted, { ...terms, before }, meter)
    : timedAmounts(windows, counted, { ...terms, before }, meter)
  const cents = sharedCents(amounts)
  return windows.map(({ line, window }, index) => ({
    chain: line.chain.id,
    type: 'USAGE',
    ...{ paidUntil: null, credited: 0n, creditedFrom: null },
    start: window.start,
    cents: cents[index] ?? 0n,
    // Of one value for all windows each line tells all of its events.
    events: isSplit(meter) ? (counted[index]?.length ?? 0) : counted.flat().length,
  }))
}

interface Counted extends UsageTerms {
  /** The events of the chain's earlier windows. */
  readonly before: readonly UsageEvent[]
}

interface Window {
  readonly line: Line
  readonly window: Span
}

function splitAmounts(
  windows: readonly Window[],
  counted: readonly (readonly UsageEvent[])[],
  terms: Counted,
  meter: number,
): Ratio[] {
  const all = counted.flat()
  const quantities = windows.map(({ window }, index) =>
    aggregationOf(meter) === 'WEIGHTED_SUM'
      ? weighted(all, window, terms.interval)
      : additive(counted[index] ?? [], meter),
  )
  const total = exact.sum(quantities)
  if (exact.compare(total, exact.nothing) === 0) return windows.map(() => exact.nothing)
  const left = exact.minus(total, freeOf(total, terms, meter))
  return windows.map(({ line }, index) =>
    exact.times(charge(line.money, left), exact.over(quantities[index] ?? exact.nothing, total)),
  )
}

function timedAmounts(
  windows: readonly Window[],
  counted: readonly (readonly UsageEvent[])[],
  terms: Counted,
  meter: number,
): Ratio[] {
  const value = single(counted.flat(), meter)
  const left = exact.minus(value, freeOf(value, terms, meter))
  const lengths = windows.map(({ window }) => exact.whole(window.end - window.start))
  const length = exact.sum(lengths)
  return windows.map(({ line }, index) =>
    exact.times(charge(line.money, left), exact.over(lengths[index] ?? exact.nothing, length)),
  )
}

/** What is free of a quantity: once for all time less what was free before. */
function freeOf(quantity: Ratio, { allowance, before }: Counted, meter: number): Ratio {
  if (!allowance) return exact.nothing
  const limit = exact.whole(allowance.limit)
  if (allowance.reset === 'BILLING_PERIOD') return exact.smaller(quantity, limit)
  const rest = exact.greater(exact.nothing, exact.minus(limit, additive(before, meter)))
  return exact.smaller(quantity, rest)
}

function within(events: readonly UsageEvent[], { start, end }: Span): UsageEvent[] {
  return events.filter(({ time }) => time >= start && time < end)
}

function isSplit(meter: number): boolean {
  return ['SUM', 'COUNT', 'SUM_WITH_MULTIPLIER', 'WEIGHTED_SUM'].includes(aggregationOf(meter))
}

function additive(events: readonly UsageEvent[], meter: number): Ratio {
  if (aggregationOf(meter) === 'COUNT') return exact.whole(events.length)
  const total = exact.sum(events.map(({ value }) => exact.fromText(value)))
  return aggregationOf(meter) === 'SUM' ? total : exact.times(total, exact.fromText(multiplier))
}

/** A value works from its instant on, also in the windows after its own. */
function weighted(events: readonly UsageEvent[], window: Span, interval: Span): Ratio {
  const length = exact.whole(interval.end - interval.start)
  return exact.sum(
    events.map(({ time, value }) => {
      const ms = Math.max(0, window.end - Math.max(window.start, time))
      return exact.over(exact.times(exact.fromText(value), exact.whole(ms)), length)
    }),
  )
}

function single(events: readonly UsageEvent[], meter: number): Ratio {
  const values = events.map(({ value }) => exact.fromText(value))
  const [first, ...rest] = values
  if (!first) return exact.nothing
  switch (aggregationOf(meter)) {
    case 'MAX':
      return rest.reduce(exact.greater, first)
    case 'AVG':
      return exact.over(exact.sum(values), exact.whole(values.length))
    case 'COUNT_UNIQUE':
      return exact.whole(new Set(events.map(({ value }) => value)).size)
    default: {
      const latest = events.reduce((one, other) => (isLater(other, one) ? other : one))
      return exact.fromText(latest.value)
    }
  }
}

function isLater(one: UsageEvent, other: UsageEvent): boolean {
  return one.time === other.time ? one.id > other.id : one.time > other.time
}

/** Whole cents whose sum is the rounded sum: each cut, the rest to the largest remainders, the first of equal ones. */
function sharedCents(amounts: readonly Ratio[]): bigint[] {
  const scaled = amounts.map((amount) => exact.times(amount, exact.whole(100)))
  const cents = scaled.map(exact.floor)
  const rest = exact.round(exact.sum(scaled)) - cents.reduce((sum, one) => sum + one, 0n)
  const order = scaled
    .map((amount, index) => ({ index, left: exact.minus(amount, exact.ratio(cents[index] ?? 0n, 1n)) }))
    .sort((left, right) => exact.compare(right.left, left.left))
  for (const { index } of order.slice(0, Number(rest))) cents[index] = (cents[index] ?? 0n) + 1n
  return cents
}
