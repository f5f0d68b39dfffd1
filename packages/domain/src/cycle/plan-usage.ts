import { assert } from '../assert.ts'
import type { Grid } from '../time/grid.ts'
import { gridIntervalAt } from '../time/grid.ts'
import type { Period } from '../time/period.ts'
import { earlier, later } from '../time/period.ts'
import { type Allowance, allowancePeriodAt } from '../usage/allowance.ts'
import { measureOf } from '../usage/usage-measure.ts'
import type { UsageQuestion } from '../usage/usage-question.ts'
import type { Cycle, CycleLine, CyclePlan, LineMetering, MeasuredUsage, PlannedUsage } from './cycle.ts'
import { billedLife, intervalsOf, lineGrid, overlap } from './line-life.ts'
import { usageQuestionSpans } from './usage-question-spans.ts'

type UsagePlan<Line> = Pick<CyclePlan<Line>, 'usage' | 'spenders' | 'questions'>

/**
 * What a cycle bills of USAGE lines, and what must be asked for it (billing rules, sections 4 and 5). A
 * line's window is its own: an interval of its price's period, cut by the line's life. It bills when it ends
 * in (S, T]. Where an allowance began before the window, the usage since then is asked for too, also of lines
 * that shared the allowance and bill nothing any more.
 *
 * A meter with `reset_usage` NEVER carries its value on: the quantity of a window is the aggregate over
 * [subscription start, window end), the trial included, as that value is a state and no usage of the trial.
 * As such it bills once a period, by the chain's latest price: billed by each, a price edit would double it. Of a
 * weighted one the window's is what the sum has grown in it: the value for as long as it was there.
 */
export function planUsage<Line extends CycleLine>(cycle: Cycle, lines: readonly Line[]): UsagePlan<Line> {
  if (!cycle.closes) return { usage: [], spenders: [], questions: [] }
  const metered = withoutSuperseded(
    lines.flatMap((line) => (line.terms.type === 'USAGE' ? [meteredLine(cycle, line)] : [])),
  )
  const since = allowancesSince(cycle, metered)
  const questions: UsageQuestion[] = []
  const ask = (question: UsageQuestion): number => questions.push(question) - 1
  const usage: PlannedUsage<Line>[] = []
  const spenders: MeasuredUsage<Line>[] = []
  for (const one of metered) {
    const from = spentFrom(cycle, one, since)
    for (const [index, window] of one.windows.entries()) {
      usage.push({
        ...measured(cycle, one, { from: index === 0 ? from : window.start, window }, ask),
        window,
      })
    }
    if (one.windows.length > 0 || isRunning(one.metering)) continue
    const until = earlier(cycle.closes.start, billedLife(cycle, one.line).end)
    if (from < until) spenders.push(measured(cycle, one, { from, window: { start: until, end: until } }, ask))
  }
  return { usage, spenders, questions }
}

interface MeteredLine<Line> {
  readonly line: Line
  readonly metering: LineMetering
  readonly grid: Grid
  readonly windows: readonly Period[]
}

function meteredLine<Line extends CycleLine>(cycle: Cycle, line: Line): MeteredLine<Line> {
  assert(line.metering, `the USAGE line ${line.id} has a meter`)
  const grid = lineGrid(cycle, line)
  return { line, metering: line.metering, grid, windows: usageWindows(cycle, line, grid) }
}

function usageWindows(cycle: Cycle, line: CycleLine, grid: Grid): Period[] {
  const { closes } = cycle
  const life = billedLife(cycle, line)
  const touched = closes && overlap(closes, life)
  if (!touched) return []
  const windows = [...intervalsOf(grid, touched)]
  if (cycle.usage === 'within') return windows.flatMap((window) => overlap(window, touched) ?? [])
  return windows.flatMap((window) => {
    const own = overlap(window, life)
    return own && own.end <= closes.end ? [own] : []
  })
}

/** Of a chain's windows that carry one value through one interval, the latest stays, and begins with the first. */
function withoutSuperseded<Line extends CycleLine>(
  metered: readonly MeteredLine<Line>[],
): MeteredLine<Line>[] {
  const keyOf = ({ line, grid }: MeteredLine<Line>, window: Period) =>
    `${line.chain} ${gridIntervalAt(grid, window.start).start.getTime()}`
  const running = metered.filter(({ metering }) => isRunning(metering))
  const ofInterval = Map.groupBy(
    running.flatMap((one) => one.windows.map((window) => ({ key: keyOf(one, window), window }))),
    ({ key }) => key,
  )
  return metered.map((one) => {
    if (!isRunning(one.metering)) return one
    const windows = one.windows.flatMap((window) => {
      const others = ofInterval.get(keyOf(one, window))?.map((other) => other.window.start) ?? []
      if (others.some((start) => start > window.start)) return []
      return [{ start: others.reduce(earlier, window.start), end: window.end }]
    })
    return { ...one, windows }
  })
}

export function isRunning({ meter }: LineMetering): boolean {
  return meter.reset_usage === 'NEVER'
}

/** Allowances that can run out; others need no count of what was spent. */
export function limitedAllowances({ allowances }: LineMetering): Allowance[] {
  return allowances.filter(({ limit }) => limit !== null)
}

/** For each allowance of a line that bills: the start of the period of it that holds the earliest such window's start. */
function allowancesSince(
  cycle: Cycle,
  metered: readonly MeteredLine<CycleLine>[],
): ReadonlyMap<string, Date> {
  const since = new Map<string, Date>()
  for (const { metering, windows } of metered) {
    const [first] = windows
    if (!first || isRunning(metering)) continue
    for (const { id, reset } of limitedAllowances(metering)) {
      const { start } = allowancePeriodAt(reset, cycle.grid, first.start)
      const other = since.get(id)
      since.set(id, other ? earlier(other, start) : start)
    }
  }
  return since
}

/** Where the usage begins that the line's allowances count; the start of its first window when nothing precedes that. */
function spentFrom(
  cycle: Cycle,
  { line, metering, windows }: MeteredLine<CycleLine>,
  since: ReadonlyMap<string, Date>,
): Date {
  const [first] = windows
  const starts = limitedAllowances(metering).flatMap(({ id }) => since.get(id) ?? [])
  const until = first?.start ?? cycle.closes?.start ?? line.start
  return earlier(until, later(starts.reduce(earlier, until), billedLife(cycle, line).start))
}

function measured<Line extends CycleLine>(
  cycle: Cycle,
  { line, metering, grid }: MeteredLine<Line>,
  { from, window }: { from: Date; window: Period },
  ask: (question: UsageQuestion) => number,
): MeasuredUsage<Line> {
  const { externalCustomerId } = cycle
  assert(externalCustomerId, 'usage is of a customer')
  const { meter, filterValues } = metering
  const measure = measureOf(meter, filterValues)
  const bucketSize = isRunning(metering) ? null : (metering.bucketSize ?? meter.bucket_size)
  const whole = gridIntervalAt(grid, window.start)
  const isWhole = measure.aggregation === 'WEIGHTED_SUM' && bucketSize === null
  const wholeMs = isWhole ? whole.end.getTime() - whole.start.getTime() : null
  const question = (spans: UsageQuestion['spans']) => ask({ externalCustomerId, measure, spans, wholeMs })
  const planned = { line, measure, bucketSize, grid }
  if (!isRunning(metering)) {
    const resets = limitedAllowances(metering).map(({ reset }) => reset)
    const cut = { aggregation: measure.aggregation, bucketSize, resets, grid: cycle.grid, lineGrid: grid }
    return { ...planned, question: question(usageQuestionSpans(from, window, cut)), questionBefore: null }
  }
  const value = (end: Date) => question([{ start: cycle.start, end, stepMs: null }])
  const isOnce = limitedAllowances(metering).some(({ reset }) => reset === 'NEVER')
  const isWeighted = measure.aggregation === 'WEIGHTED_SUM'
  const needsBefore = (isOnce || isWeighted) && window.start > cycle.start
  return { ...planned, question: value(window.end), questionBefore: needsBefore ? value(window.start) : null }
}
