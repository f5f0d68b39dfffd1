import { prorationOf } from '../subscription/proration.ts'
import { isRecurring } from '../time/billing-period.ts'
import type { Period } from '../time/period.ts'
import { earlier, later } from '../time/period.ts'
import type { Cycle, CycleLine, PlannedFixed } from './cycle.ts'
import { endless, intervalsOf, lineGrid, overlap, paidFrom } from './line-life.ts'

/**
 * What a cycle bills of FIXED lines (billing rules, section 5), in the order of the lines. ARREAR: the
 * line's own periods that end in (S, T]. ADVANCE: those that begin in [T, U). ONETIME: where its start lies there.
 * `create_prorations`: each line for its active share; one in arrears that ended sooner bills at its own end.
 * `none`: whole periods, one line of a chain for each: in advance the one at work as the period begins, in
 * arrears the latest that was at work in it. A period that the subscription's start or end has cut is whole.
 */
export function planFixed<Line extends CycleLine>(
  cycle: Cycle,
  lines: readonly Line[],
): PlannedFixed<Line>[] {
  const planned = lines
    .filter(({ terms }) => terms.type === 'FIXED')
    .flatMap((line) => planLine(cycle, line).map((one) => ({ line, ...one })))
  return cycle.prorationBehavior === 'none' ? latestOfChains(planned) : planned
}

type Planned = Omit<PlannedFixed<CycleLine>, 'line'>

function planLine(cycle: Cycle, line: CycleLine): Planned[] {
  const isAdvance = line.terms.invoice_cadence === 'ADVANCE'
  const isOnce = !isRecurring(line.terms.billing_period)
  const isLeft = isOnce && line.isBilled === false
  const window = isAdvance ? (cycle.opens ?? (isLeft ? lastPeriod(cycle) : null)) : cycle.closes
  if (window === null) return []
  if (isOnce) return planOnce(cycle, line, window)
  return isAdvance ? planAdvance(cycle, line, window) : planArrear(cycle, line, window)
}

/** What the last invoice closes: a ONETIME charge that came inside it has no later invoice to be on. */
function lastPeriod({ closes, end, usage }: Cycle): Period | null {
  return closes && end && closes.end >= end && usage !== 'within' ? closes : null
}

/** The subscription's time in each interval of the line's grid that the window touches. */
function periodsOf(cycle: Cycle, line: CycleLine, window: Period): Period[] {
  const life = { start: paidFrom(cycle), end: cycle.end ?? endless }
  const touched = overlap(window, life)
  if (!touched) return []
  const periods = [...intervalsOf(lineGrid(cycle, line), touched)]
  return periods.flatMap((period) => overlap(period, life) ?? [])
}

function planAdvance(cycle: Cycle, line: CycleLine, window: Period): Planned[] {
  const isWithin = (instant: Date) => instant >= window.start && instant < window.end
  return periodsOf(cycle, line, window).flatMap((period) => {
    const active = overlap(period, { start: line.start, end: line.end ?? endless })
    if (!active || !isWithin(active.start)) return []
    if (cycle.prorationBehavior === 'create_prorations') return [share(cycle, line, active)]
    return active.start > period.start ? [] : [{ span: period, proration: null }]
  })
}

function planArrear(cycle: Cycle, line: CycleLine, window: Period): Planned[] {
  const isWithin = (instant: Date) => instant > window.start && instant <= window.end
  return periodsOf(cycle, line, window).flatMap((period) => {
    const active = overlap(period, { start: line.start, end: line.end ?? endless })
    if (!active) return []
    if (cycle.prorationBehavior === 'create_prorations') {
      return isWithin(active.end) ? [share(cycle, line, active)] : []
    }
    return isWithin(period.end) ? [{ span: period, proration: null }] : []
  })
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
  if (boundary >= end || line.isBilled === true) return []
  const isLeft = line.isBilled === false
  const isFirst =
    boundary.getTime() === paidFrom(cycle).getTime() && boundary.getTime() === window.start.getTime()
  const isDue =
    line.terms.invoice_cadence === 'ADVANCE'
      ? boundary < window.end && (isLeft || boundary >= window.start)
      : boundary <= window.end && (isLeft || isFirst || boundary > window.start)
  return isDue ? [{ span: { start: line.start, end: line.start }, proration: null }] : []
}

/** Of the lines of a chain that would bill one period the one that started last. ONETIME lines have no period. */
function latestOfChains<Line extends CycleLine>(
  planned: readonly PlannedFixed<Line>[],
): PlannedFixed<Line>[] {
  const latest = new Map<string, PlannedFixed<Line>>()
  for (const one of planned) {
    const key = keyOf(one)
    const other = latest.get(key)
    if (!other || startsAfter(one.line, other.line)) latest.set(key, one)
  }
  return planned.filter(
    (one) => !isRecurring(one.line.terms.billing_period) || latest.get(keyOf(one)) === one,
  )
}

function keyOf({ line, span }: PlannedFixed<CycleLine>): string {
  return `${line.terms.invoice_cadence} ${span.start.getTime()} ${line.chain}`
}

function startsAfter(one: CycleLine, other: CycleLine): boolean {
  if (one.start.getTime() !== other.start.getTime()) return one.start > other.start
  return one.id > other.id
}
