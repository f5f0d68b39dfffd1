import { addRatios, type Ratio, zeroRatio } from '../money/ratio.ts'
import type { Period } from '../time/period.ts'
import { later } from '../time/period.ts'
import { isAdditive } from '../usage/usage-measure.ts'
import type { UsageAnswer, UsageSpan } from '../usage/usage-question.ts'
import { partsOf } from '../usage/usage-spans.ts'
import { type CarriedPlan, carriedFigures, isCarried, planCarried } from './carried-windows.ts'
import {
  type Ask,
  type FigurePlan,
  figureOf,
  planFigure,
  runningSince,
  type ShownUsage,
  spanQuestions,
  type WindowFigure,
} from './usage-figure.ts'

/** How the figures of a report's windows come about. */
export interface WindowsPlan {
  readonly windows: readonly Period[]
  /** Windows that begin anew, or of a sum that runs on: the parts of these questions, in order of time. */
  readonly shared: readonly number[]
  readonly runsOn: boolean
  /** Each by questions of its own: a value that runs on and is no sum. */
  readonly each: readonly FigurePlan[]
  /** Of a state that goes on from one window into the next. */
  readonly carried: CarriedPlan | null
}

/** A value that runs on and is no sum is computed from its beginning for each window. */
export function isCumulated({ isRunning, measure }: Pick<ShownUsage, 'isRunning' | 'measure'>): boolean {
  return isRunning && !isAdditive(measure.aggregation)
}

/** Asks for each window what `planFigure` would, and for windows that are sums in one pass over the events. */
export function planWindows(usage: ShownUsage, spans: readonly UsageSpan[], ask: Ask): WindowsPlan {
  const windows = [...partsOf(spans)]
  if (isCumulated(usage)) {
    const each = windows.map((window) => planFigure(usage, window, ask))
    return { windows, shared: [], runsOn: true, each, carried: null }
  }
  const [first] = windows
  const none = { windows, shared: [], runsOn: false, each: [], carried: null }
  if (first === undefined) return none
  if (isCarried(usage)) return { ...none, carried: planCarried(usage, windows, ask) }
  if (!usage.isRunning) {
    return { ...none, shared: spanQuestions(usage, spans).map(ask) }
  }
  const { externalCustomerId, measure } = usage
  const since = runningSince(usage)
  const before = since < first.start ? [{ start: since, end: first.start, stepMs: null }] : []
  const within = windows.flatMap(({ start, end }) =>
    end <= since ? [] : [{ start: later(start, since), end, stepMs: null }],
  )
  const shared = [ask({ externalCustomerId, measure, wholeMs: null, spans: [...before, ...within] })]
  return { ...none, shared, runsOn: true }
}

/** Ascending, those without usage too. */
export function windowFigures(plan: WindowsPlan, answers: readonly UsageAnswer[]): WindowFigure[] {
  if (plan.carried) return carriedFigures(plan.carried, plan.windows, answers)
  if (plan.each.length > 0) {
    return plan.windows.flatMap((window, index) => {
      const own = plan.each[index]
      return own ? [{ ...window, ...figureOf(own, answers) }] : []
    })
  }
  const parts = plan.shared
    .flatMap((place) => answers[place]?.parts ?? [])
    .sort((left, right) => left.start.getTime() - right.start.getTime())
  let next = 0
  let [quantity, eventCount]: [Ratio, number] = [zeroRatio, 0]
  return plan.windows.map((window) => {
    if (!plan.runsOn) [quantity, eventCount] = [zeroRatio, 0]
    for (let part = parts[next]; part && part.start < window.end; part = parts[++next]) {
      quantity = addRatios(quantity, part.quantity)
      eventCount += part.eventCount
    }
    return { start: window.start, end: window.end, quantity, eventCount }
  })
}
