import type { Period } from '../time/period.ts'
import { earlier, later } from '../time/period.ts'
import { allowancePeriodAt } from '../usage/allowance.ts'
import { isRunning, limitedAllowances, measureChain } from './chain-question.ts'
import { chainsOf, type UsageChain } from './chain-windows.ts'
import type {
  AskedUsage,
  ChainWindow,
  Cycle,
  CycleLine,
  CycleShape,
  MeasuredUsage,
  PlannedUsage,
} from './cycle.ts'

type UsagePlan = Pick<CycleShape, 'usage' | 'spenders'> & { readonly asked: readonly AskedUsage[] }

/**
 * What a cycle bills of USAGE lines, and what must be asked for it (billing rules, sections 4 and 5). A
 * line's window is its own: an interval of its price's period, cut by the line's life. All windows that a chain has in
 * an interval bill when that ends, or the subscription does, in (S, T]. Where an allowance began before,
 * the usage since then is asked for too, also of chains that shared the allowance and bill nothing any more.
 *
 * A meter with `reset_usage` NEVER carries its value on: the quantity of an interval is the aggregate over
 * [subscription start, last window's end), the trial included, as that value is a state and no usage of the trial.
 * Of a weighted one a window's is what the sum has grown in it: the value for as long as it was there.
 */
export function planUsage(cycle: Cycle, lines: readonly CycleLine[]): UsagePlan {
  const { closes } = cycle
  if (!closes) return { usage: [], spenders: [], asked: [] }
  const chains = chainsOf(cycle, lines)
  const since = allowancesSince(cycle, chains)
  const asked: AskedUsage[] = []
  const usage: PlannedUsage[] = []
  const spenders: MeasuredUsage[] = []
  const ask = (question: AskedUsage): number => asked.push(question) - 1
  for (const chain of chains) {
    const from = spentFrom(chain, since, closes)
    for (const [index, windows] of chain.intervals.entries()) {
      const until = measuredStart(windows) ?? closes.start
      const time = { from: index === 0 ? from : until, until, windows }
      usage.push({ windows, views: measureChain(cycle, chain, { time, ask }) })
    }
    if (chain.intervals.length > 0 || isRunning(chain.metering)) continue
    const until = closes.start
    if (chain.lives.some(({ start, end }) => later(start, from) < earlier(end, until))) {
      const [spender] = measureChain(cycle, chain, { time: { from, until, windows: [] }, ask })
      if (spender) spenders.push(spender)
    }
  }
  return { usage, spenders, asked }
}

type Chain = Omit<UsageChain, 'first'>

function measuredStart(windows: readonly ChainWindow[] | undefined): Date | undefined {
  return windows?.find(({ measured }) => measured !== null)?.measured?.start
}

/** For each allowance of a chain that bills: the start of the period of it that holds the earliest such window's start. */
function allowancesSince(cycle: Cycle, chains: readonly Chain[]): ReadonlyMap<string, Date> {
  const since = new Map<string, Date>()
  for (const { metering, intervals } of chains) {
    const first = measuredStart(intervals[0])
    if (!first || isRunning(metering)) continue
    for (const { id, reset, after = [] } of limitedAllowances(metering)) {
      const { start } = allowancePeriodAt(reset, cycle.grid, first)
      for (const drawn of [id, ...after]) since.set(drawn, earlier(start, since.get(drawn) ?? start))
    }
  }
  return since
}

/** Where the usage begins that the chain's allowances count; the start of its first window when nothing precedes that. */
function spentFrom(chain: Chain, since: ReadonlyMap<string, Date>, closes: Period): Date {
  const starts = limitedAllowances(chain.metering).flatMap(({ id }) => since.get(id) ?? [])
  const until = measuredStart(chain.intervals[0]) ?? closes.start
  return earlier(until, later(starts.reduce(earlier, until), chain.lives[0]?.start ?? until))
}
