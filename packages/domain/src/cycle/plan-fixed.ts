import { type ProrationBehavior, prorationOf } from '../subscription/proration.ts'
import { isRecurring } from '../time/billing-period.ts'
import { gridIntervalAt } from '../time/grid.ts'
import { earlier, later, type Period } from '../time/period.ts'
import type { Cycle, CycleLine, PlannedFixed } from './cycle.ts'
import {
  billingEnd,
  endless,
  intervalsOf,
  isOnGrid,
  lineAt,
  lineGrid,
  overlap,
  ownLife,
  paidFrom,
} from './line-life.ts'

/**
 * What a cycle bills of FIXED lines (billing rules, section 5), in the order of the lines. ARREAR: the
 * line's own periods that end in (S, T]. ADVANCE: those that begin in [T, U). ONETIME: where its start lies there.
 * `create_prorations`: each line for its active share; one in arrears that ended sooner bills at its own end.
 * `none`: whole periods, one line of a chain for each: in advance the one at work as the period begins, in
 * arrears the latest that was at work in it; but by their shares where a change came or went inside. A period that the subscription's start or end has cut is whole.
 */
export function planFixed(cycle: Cycle, lines: readonly CycleLine[]): PlannedFixed[] {
  const planned = lines.flatMap((line, place) =>
    line.terms.type === 'FIXED' ? planLine(cycle, line, lines).map((one) => ({ place, ...one })) : [],
  )
  return latestOfChains(planned, lines, (line) => behaviorOf(cycle, line) === 'none')
}

/** A period's ADVANCE and its ARREAR are on two invoices, of which a cancellation's behaviour holds for its own period alone. */
function behaviorOf({ prorationBehavior, advanceBehavior }: Cycle, { terms }: CycleLine): ProrationBehavior {
  return terms.invoice_cadence === 'ADVANCE' ? (advanceBehavior ?? prorationBehavior) : prorationBehavior
}

type Planned = Omit<PlannedFixed, 'place'>

function planLine(cycle: Cycle, line: CycleLine, lines: readonly CycleLine[]): Planned[] {
  const isAdvance = line.terms.invoice_cadence === 'ADVANCE'
  const isOnce = !isRecurring(line.terms.billing_period)
  const last = lastPeriod(cycle)
  if (isOnce) {
    const window = isAdvance ? (cycle.opens ?? (line.isBilled === false ? last : null)) : cycle.closes
    return window === null ? [] : planOnce(cycle, line, window)
  }
  if (!isAdvance) return cycle.closes === null ? [] : planArrear(cycle, line, { window: cycle.closes, lines })
  const window = cycle.opens ?? (last && { start: last.end, end: last.end })
  return window === null ? [] : planAdvance(cycle, line, { window, lines })
}

/** What the last invoice closes: what came inside it, and is billed once a chain, has no later invoice to be on. */
function lastPeriod({ closes, end, usage }: Cycle): Period | null {
  return closes && end && closes.end >= end && usage !== 'within' ? closes : null
}

interface LinePeriod {
  readonly period: Period
  /** When the line is at work in it. */
  readonly active: Period
  /** Of a longer period: the first of its chain, which may have begun inside a period whose invoice was written. */
  readonly isFirst: boolean
}

/** The line's part of each interval of its grid that the window touches, and of a longer period's first one. */
function periodsOf(cycle: Cycle, line: CycleLine, window: Period): LinePeriod[] {
  const grid = lineGrid(cycle, line)
  const life = { start: paidFrom(cycle), end: billingEnd(cycle, line) }
  const touched = overlap(window, life)
  const intervals = touched ? [...intervalsOf(grid, touched)] : []
  const first = isOnGrid(cycle, line) ? undefined : gridIntervalAt(grid, grid.anchor)
  const isFirst = ({ start }: Period) => start.getTime() === first?.start.getTime()
  const all = first && !intervals.some(isFirst) ? [first, ...intervals] : intervals
  return all.flatMap((interval) => {
    const period = overlap(interval, life)
    const active = period && overlap(period, ownLife(line))
    if (!active || (line.billedUntil && active.start < line.billedUntil)) return []
    return [{ period, active, isFirst: isFirst(interval) }]
  })
}

function planAdvance(
  cycle: Cycle,
  line: CycleLine,
  { window, lines }: { window: Period; lines: readonly CycleLine[] },
): Planned[] {
  return periodsOf(cycle, line, window).flatMap(({ period, active, isFirst }) => {
    const isDue = active.start < window.end && (isFirst || active.start >= window.start)
    if (!isDue) return []
    if (behaviorOf(cycle, line) === 'create_prorations') return [share(cycle, line, active)]
    if (active.start <= period.start) return [{ span: period, proration: null }]
    if (!opensLate(cycle, line, { period, lines })) return []
    return [{ span: { start: active.start, end: period.end }, proration: null }]
  })
}

/** Whether a line that began inside the first period is on the opening invoice: there by then, and no earlier one of its chain. */
function opensLate(
  { openedAt }: Cycle,
  line: CycleLine,
  { period, lines }: { period: Period; lines: readonly CycleLine[] },
): boolean {
  if (!openedAt || line.start > openedAt) return false
  return !lines.some(
    (other) => other.chain === line.chain && other.start < line.start && overlap(ownLife(other), period),
  )
}

function planArrear(
  cycle: Cycle,
  line: CycleLine,
  { window, lines }: { window: Period; lines: readonly CycleLine[] },
): Planned[] {
  const ofChain = lines.filter(({ chain }) => chain === line.chain)
  // Of a longer period what has ended bills, whenever it did: an edit may be heard of long after its instant.
  const isLonger = !isOnGrid(cycle, line)
  return periodsOf(cycle, line, window).flatMap(({ period, active }) => {
    const isProrated =
      cycle.prorationBehavior === 'create_prorations' ||
      endsWithItsGrid(cycle, line, period) ||
      ofChain.some(isCutIn(period))
    const { end } = isProrated ? active : period
    if (end > window.end || (end <= window.start && !isLonger)) return []
    return [isProrated ? share(cycle, line, active) : { span: period, proration: null }]
  })
}

/** A change of the grid inside a period is a change of all of its lines. */
function endsWithItsGrid(cycle: Cycle, line: CycleLine, { start, end }: Period): boolean {
  if (line.formerGrid?.until.getTime() !== end.getTime()) return false
  return gridIntervalAt(lineGrid(cycle, line), start).end > end
}

/** A change inside a period parts what is in arrears by time, whatever the subscription does else (billing rules, section 8). */
function isCutIn({ start, end }: Period) {
  const isInside = (instant: Date | null | undefined) => instant != null && instant > start && instant < end
  return ({ comesByChange, goesByChange, ...line }: CycleLine): boolean =>
    (comesByChange === true && isInside(line.start)) || (goesByChange === true && isInside(line.end))
}

function share(cycle: Cycle, line: CycleLine, active: Period): Planned {
  return { span: active, proration: prorationOf(lineGrid(cycle, line), active) }
}

/**
 * Whole, once, if the line is still there by then. What starts in a trial bills as that ends. In arrears the very
 * first instant belongs to the window that it begins, as no earlier one is closed; `isBilled: false` brings what an
 * earlier invoice could not know.
 */
function planOnce(cycle: Cycle, line: CycleLine, window: Period): Planned[] {
  const boundary = later(line.start, paidFrom(cycle))
  const end = earlier(line.end ?? endless, cycle.end ?? endless)
  const wasBilled = line.isBilled === true || (cycle.billFrom != null && line.start < cycle.billFrom)
  if (boundary >= end || wasBilled) return []
  const isLeft = line.isBilled === false
  const isFirst =
    boundary.getTime() === paidFrom(cycle).getTime() && boundary.getTime() === window.start.getTime()
  const isDue =
    line.terms.invoice_cadence === 'ADVANCE'
      ? boundary < window.end && (isLeft || boundary >= window.start)
      : boundary <= window.end && (isLeft || isFirst || boundary > window.start)
  return isDue ? [{ span: { start: line.start, end: line.start }, proration: null }] : []
}

/** Of the lines of a chain that would bill one whole period the one that started last. ONETIME lines have no period. */
function latestOfChains(
  planned: readonly PlannedFixed[],
  lines: readonly CycleLine[],
  isWhole: (line: CycleLine) => boolean,
): PlannedFixed[] {
  const latest = new Map<string, PlannedFixed>()
  for (const one of planned) {
    const line = lineAt(lines, one.place)
    const key = keyOf(line, one)
    const other = latest.get(key)
    if (!other || startsAfter(line, lineAt(lines, other.place))) latest.set(key, one)
  }
  return planned.filter((one) => {
    const line = lineAt(lines, one.place)
    const isOnce = !isRecurring(line.terms.billing_period)
    return isOnce || !isWhole(line) || latest.get(keyOf(line, one)) === one
  })
}

function keyOf({ terms, chain }: CycleLine, { span }: PlannedFixed): string {
  return `${terms.invoice_cadence} ${span.start.getTime()} ${chain}`
}

function startsAfter(one: CycleLine, other: CycleLine): boolean {
  if (one.start.getTime() !== other.start.getTime()) return one.start > other.start
  return one.id > other.id
}
