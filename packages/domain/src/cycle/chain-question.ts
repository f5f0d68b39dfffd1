import type { BucketSize } from '../price/meter-terms.ts'
import { gridIntervalAt } from '../time/grid.ts'
import type { Allowance } from '../usage/allowance.ts'
import { measureOf, splitsByQuantity } from '../usage/usage-measure.ts'
import type { UsageMeasure } from '../usage/usage-question.ts'
import type { UsageChain } from './chain-windows.ts'
import type {
  AskedParts,
  AskedUsage,
  AskedValues,
  ChainWindow,
  Cycle,
  LineMetering,
  MeasuredUsage,
} from './cycle.ts'
import { overlap } from './line-life.ts'
import { hullOf, lengthMs, runsOf } from './period-runs.ts'
import { spansOfStretches, usageStretches } from './usage-question-spans.ts'

/** Adds a question to a plan's, and says its place among them. */
export type Ask = (question: AskedUsage) => number

/** The time of a chain that is asked for: [from, until) only counts against allowances. */
export interface AskedTime {
  readonly from: Date
  readonly until: Date
  readonly windows: readonly ChainWindow[]
}

/** What must be asked of a chain's usage, for its windows in one interval, in each way that its lines look at it. */
export function measureChain(
  cycle: Cycle,
  chain: UsageChain,
  asking: { time: AskedTime; ask: Ask },
): MeasuredUsage[] {
  return chain.views.map(({ bucketSize, allowances }) =>
    measured(cycle, { ...chain, bucketSize, metering: { ...chain.metering, allowances } }, asking),
  )
}

interface SizedChain extends UsageChain {
  readonly bucketSize: BucketSize | null
}

function measured(
  cycle: Cycle,
  chain: SizedChain,
  { time, ask }: { time: AskedTime; ask: Ask },
): MeasuredUsage {
  const { first, metering, bucketSize, grid } = chain
  const measure = measureOf(metering.meter, metering.filterValues)
  const context = { cycle, chain, measure, ask }
  const asked = isRunning(metering) ? askValues(context, time) : askParts(context, time)
  return { first, metering, measure, bucketSize, grid, asked }
}

export function isRunning({ meter }: LineMetering): boolean {
  return meter.reset_usage === 'NEVER'
}

/** Allowances that can run out; others need no count of what was spent. */
export function limitedAllowances({ allowances }: LineMetering): Allowance[] {
  return allowances.filter(({ limit }) => limit !== null)
}

interface Context {
  readonly cycle: Cycle
  readonly chain: SizedChain
  readonly measure: UsageMeasure
  readonly ask: Ask
}

/** One value needs the times of all windows as runs; what is split needs each window's own. */
function askParts({ cycle, chain, measure, ask }: Context, time: AskedTime): AskedParts {
  const { metering, bucketSize, grid, lives } = chain
  const { from, until } = time
  const windows = time.windows.flatMap(({ measured }) => measured ?? [])
  const billed = splitsByQuantity(metering.meter) ? windows : runsOf(windows)
  const before = from < until ? lives.flatMap((life) => overlap(life, { start: from, end: until }) ?? []) : []
  const resets = limitedAllowances(metering).map(({ reset }) => reset)
  const cut = { aggregation: measure.aggregation, bucketSize, resets, grid: cycle.grid, lineGrid: grid }
  const stretches = usageStretches(runsOf(before), billed, cut)
  const isWeighted = measure.aggregation === 'WEIGHTED_SUM'
  const whole = isWeighted && bucketSize === null ? gridIntervalAt(grid, until) : null
  const question = {
    measure,
    spans: spansOfStretches(stretches, cut),
    wholeMs: whole && lengthMs(whole),
  }
  const goesOn = isWeighted && stretches.some(({ periods }) => periods.length > 1)
  return {
    kind: 'parts',
    question: ask(question),
    sums: goesOn ? ask({ ...question, measure: { ...measure, aggregation: 'SUM' }, wholeMs: null }) : null,
    stretches,
    billedFrom: until,
    whole,
  }
}

/** The value where the last window ends; of a weighted one, where each begins and ends; where the first begins if an allowance is given once. */
function askValues({ cycle, chain, measure, ask }: Context, { windows }: AskedTime): AskedValues {
  const measured = windows.flatMap((one) => one.measured ?? [])
  const { start, end } = hullOf(measured)
  const isWeighted = measure.aggregation === 'WEIGHTED_SUM'
  const isOnce = limitedAllowances(chain.metering).some(({ reset }) => reset === 'NEVER')
  const instants = isWeighted
    ? measured.flatMap((one) => [one.start, one.end])
    : [...(isOnce ? [start] : []), end]
  const whole = gridIntervalAt(chain.grid, start)
  const questions = new Map<number, number>()
  for (const at of instants) {
    if (at <= cycle.start || questions.has(at.getTime())) continue
    const spans = [{ start: cycle.start, end: at, stepMs: null }]
    questions.set(at.getTime(), ask({ measure, spans, wholeMs: isWeighted ? lengthMs(whole) : null }))
  }
  return { kind: 'values', questions }
}
