import { assert } from '../assert.ts'
import type { BucketSize } from '../price/meter-terms.ts'
import type { Grid } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { earlier, later } from '../time/period.ts'
import type { Allowance } from '../usage/allowance.ts'
import { goesOnAcrossPlans, splitsByQuantity } from '../usage/usage-measure.ts'
import { partsOf, usageSpans } from '../usage/usage-spans.ts'
import type { ChainWindow, Cycle, CycleLine, LineMetering } from './cycle.ts'
import { billedLife, billingEnd, endless, intervalsOf, lineGrid, overlap, paidFrom } from './line-life.ts'
import { hullOf } from './period-runs.ts'

/** The USAGE lines of one chain that are measured alike, by their starts. */
export interface UsageChain {
  /** The place of the oldest, whether it bills or not. */
  readonly first: number
  readonly metering: LineMetering
  /** How its lines look at its usage, nearly always in one way. */
  readonly views: readonly ChainView[]
  readonly grid: Grid
  /** Where it bills what is still open of an interval. */
  readonly until: Date
  /** When the subscription has it, ascending, without overlaps: what was used then has spent of its allowances. */
  readonly lives: readonly Period[]
  /** What bills, by the interval of the grid, ascending; each has a window that is measured. */
  readonly intervals: readonly (readonly ChainWindow[])[]
}

/** An edit may change the buckets. A line that goes on with another plan's has what that plan frees. */
export interface ChainView {
  readonly bucketSize: BucketSize | null
  readonly allowances: readonly Allowance[]
}

/** The chains of a subscription's USAGE lines: what of a chain has another meter, period or allowance begins anew. */
export function chainsOf(cycle: Cycle, lines: readonly CycleLine[]): UsageChain[] {
  const placed = lines.flatMap((line, place) => (line.terms.type === 'USAGE' ? [{ line, place }] : []))
  const ofChains = [...Map.groupBy(placed, ({ line }) => line.chain).values()]
  return ofChains.flatMap(measuredAlike).map((alike) => usageChain(cycle, alike))
}

interface Placed {
  readonly line: CycleLine
  readonly place: number
}

interface Living extends Placed {
  readonly life: Period
  readonly view: number
}

function measuredAlike(lines: readonly Placed[]): readonly Placed[][] {
  const sorted = lines.toSorted((left, right) => inOrder(left.line, right.line))
  if (lines.length === 1) return [sorted]
  const wayOf = ({ line: { metering, terms, formerGrid } }: Placed) => {
    const isOfTime = metering !== null && goesOnAcrossPlans(metering.meter)
    return JSON.stringify([
      { ...metering, bucketSize: null, ...(isOfTime ? { allowances: null } : {}) },
      terms.billing_period,
      terms.billing_period_count,
      formerGrid?.until ?? null,
    ])
  }
  return [...Map.groupBy(sorted, wayOf).values()]
}

function inOrder(left: CycleLine, right: CycleLine): number {
  const byStart = left.start.getTime() - right.start.getTime()
  return byStart || (left.id < right.id ? -1 : 1)
}

function usageChain(cycle: Cycle, alike: readonly Placed[]): UsageChain {
  const [first] = alike
  assert(first, 'a chain has a line')
  const { metering } = first.line
  assert(metering, `the USAGE line ${first.line.id} has a meter`)
  const viewsOf = alike.map(({ line }) => viewOf(line.metering ?? metering))
  const views = viewsOf.length === 1 ? viewsOf : distinctBy(viewsOf, (one) => JSON.stringify(one))
  const allowances = distinctBy(
    views.flatMap((one) => one.allowances),
    ({ id }) => id,
  )
  const all = alike.map((one, index) => {
    const view = views.length === 1 ? 0 : views.findIndex((known) => isSame(known, viewsOf[index]))
    return { ...one, life: billedLife(cycle, one.line), view }
  })
  const living = disjoint(all)
  const chain = {
    ...{ first: first.place, views, grid: lineGrid(cycle, first.line), until: billingEnd(cycle, first.line) },
    metering: { ...metering, allowances },
  }
  return { ...chain, lives: heldTimes(all), intervals: billedIntervals(cycle, chain, living) }
}

function viewOf({ meter, bucketSize, allowances }: LineMetering): ChainView {
  const size = meter.reset_usage === 'NEVER' ? null : (bucketSize ?? meter.bucket_size)
  return { bucketSize: size, allowances }
}

function isSame(one: ChainView, other: ChainView | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}

function distinctBy<Value>(values: readonly Value[], key: (value: Value) => string): Value[] {
  return [...new Map(values.map((value) => [key(value), value])).values()]
}

/** A chain is never billed twice for the same time: a line goes until the next one begins. */
function disjoint(lines: readonly Living[]): Living[] {
  const living = lines.filter(({ life }) => life.start < life.end)
  return living.flatMap((one, index) => {
    const life = {
      start: one.life.start,
      end: earlier(one.life.end, living[index + 1]?.life.start ?? endless),
    }
    return life.start < life.end ? [{ ...one, life }] : []
  })
}

/**
 * A version that came and went in time that was billed already gets no line by a sync (billing rules, section 8). What
 * was used then was used of this chain all the same, and is not free once more.
 */
function heldTimes(lines: readonly Living[]): Period[] {
  return lines.flatMap(({ line: { heldUntil }, life }, index) => {
    const next = lines[index + 1]?.life.start
    const until = next && heldUntil && (heldUntil === 'next' ? next : later(heldUntil, life.end))
    const end = earlier(until ?? life.end, next ?? endless)
    return life.start < end ? [{ start: life.start, end }] : []
  })
}

type Chain = Omit<UsageChain, 'first' | 'lives' | 'intervals'>

function billedIntervals(cycle: Cycle, chain: Chain, living: readonly Living[]): ChainWindow[][] {
  const end = chain.until
  const closes = cycle.closes && overlap(cycle.closes, { start: paidFrom(cycle), end })
  if (!closes) return []
  return [...intervalsOf(chain.grid, closes)].flatMap((interval) => {
    const isWithin = cycle.usage === 'within'
    if (!isWithin && earlier(interval.end, end) > closes.end) return []
    const reach = isWithin ? reachWithin(chain, living, { interval, closes }) : interval
    const windows = living.flatMap(({ life, place, view }): ChainWindow[] => {
      const window = reach && overlap(life, reach)
      const measured = (window && overlap(window, closes)) ?? null
      return window
        ? [{ place, view, window, measured, ...(isWithin && cutOf(measured, life, interval)) }]
        : []
    })
    const all = isWithin ? windows : windows.map((one) => ({ ...one, measured: one.window }))
    return all.some(({ measured }) => measured !== null) ? [all] : []
  })
}

function cutOf(measured: Period | null, life: Period, interval: Period): Pick<ChainWindow, 'cut'> {
  const whole = overlap(life, interval)
  if (!measured || !whole) return {}
  const cut = { start: measured.start > whole.start, end: measured.end < whole.end }
  return cut.start || cut.end ? { cut } : {}
}

/**
 * How far the windows of a calculation reach that is for some of an interval: as far as it, but for what is charged
 * by shares of time. These are of whole windows, as a bill's are, so that each calculation shares alike.
 */
function reachWithin(
  { metering, views, grid }: Chain,
  living: readonly Living[],
  { interval, closes }: { interval: Period; closes: Period },
): Period | undefined {
  const asked = overlap(interval, closes)
  const lives = living.flatMap(({ life }) => overlap(life, interval) ?? [])
  if (!asked || lives.length <= 1 || splitsByQuantity(metering.meter)) return asked
  const [bucketSize, ...others] = new Set(views.map((one) => one.bucketSize))
  if (!bucketSize || others.length > 0) return interval
  const cut = { bucketSize, timeZone: grid.timeZone, monthAnchor: grid.anchor }
  const touched = [...partsOf(usageSpans(hullOf(lives), cut))].filter((bucket) => overlap(bucket, asked))
  return touched.length > 0 ? hullOf(touched) : asked
}
