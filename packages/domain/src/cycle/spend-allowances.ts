import { type Ratio, subtractRatios } from '../money/ratio.ts'
import { type Allowance, AllowanceLedger } from '../usage/allowance.ts'
import type { UsageAnswer } from '../usage/usage-question.ts'
import { isRunning, limitedAllowances } from './chain-question.ts'
import type { CycleLine, CyclePlan, MeasuredUsage, PlannedUsage } from './cycle.ts'
import { lineAt } from './line-life.ts'
import { hullOf } from './period-runs.ts'
import { valueAt, type WindowPart, windowParts } from './window-parts.ts'

/** Usage of a slot, and what the allowances leave of it to be billed. */
export interface SpentPiece extends WindowPart {
  readonly billed: Ratio
  /** What each of the chain's allowances took, in their order. */
  readonly used: readonly Ratio[]
}

/**
 * What is left to bill of each chain's pieces, ascending by slot. An allowance is spent in order of time: first what
 * lies before the windows, then slot by slot, ties by the starts and ids of the chains' oldest lines: an edit moves
 * neither slots nor these, so that it moves no allowance from one chain to another. A line's allowances are
 * spent one after the other, each on what the one before has left. What falls on a chain is shared by `chainShares`. A value that runs on (`reset_usage` NEVER) is
 * reduced anew in each interval, but by an allowance given once only by what it has grown.
 *
 * @param view by which of its views each chain's usage is drawn: what is left of each is as if all prices had its buckets
 */
export function spendAllowances(
  plan: CyclePlan<CycleLine>,
  answers: readonly UsageAnswer[],
  view = 0,
): (usage: MeasuredUsage) => readonly SpentPiece[] {
  const ledger = new AllowanceLedger(plan.grid)
  const spent = new Map<MeasuredUsage, SpentPiece[]>()
  for (const { usage, part } of drawingsOf(plan, answers, view).sort(inOrderOfTime(plan.lines))) {
    const piece = draw(ledger, usage.metering.allowances, part)
    if (piece.isBefore) continue
    const ofUsage = spent.get(usage)
    if (ofUsage) ofUsage.push(piece)
    else spent.set(usage, [piece])
  }
  return (usage) => spent.get(usage) ?? []
}

/** The pieces as they are, where nothing is free. */
export function unspent(parts: readonly WindowPart[]): SpentPiece[] {
  return parts.map((part) => ({ ...part, billed: part.quantity, used: nothingUsed }))
}

const nothingUsed: readonly Ratio[] = []

interface Drawing {
  readonly usage: MeasuredUsage
  /** `quantity` is what was measured, `drawn` what is drawn with. */
  readonly part: WindowPart & { readonly drawn: Ratio }
}

function draw(
  ledger: AllowanceLedger,
  allowances: readonly Allowance[],
  { drawn, ...part }: Drawing['part'],
): SpentPiece {
  let billed = drawn
  const used = allowances.map((allowance) => {
    const before = billed
    billed = ledger.draw(allowance, part.start, before)
    return subtractRatios(before, billed)
  })
  return { ...part, billed, used }
}

function drawingsOf(plan: CyclePlan<CycleLine>, answers: readonly UsageAnswer[], view: number): Drawing[] {
  const valuesSeen = new Set<string>()
  const ofWindows = plan.usage.flatMap(({ windows, views }): Drawing[] => {
    const usage = views[view] ?? views[0]
    if (!usage) return []
    const parts = windowParts(usage, windows, answers).map((part) => ({ ...part, drawn: part.quantity }))
    const drawn = isRunningOnce(usage) ? grownSince(usage, windows, { parts, answers, valuesSeen }) : parts
    return drawn.map((part) => ({ usage, part }))
  })
  const ofSpenders = plan.spenders.flatMap((usage) =>
    windowParts(usage, [], answers).map((part) => ({ usage, part: { ...part, drawn: part.quantity } })),
  )
  return [...ofSpenders, ...ofWindows]
}

function isRunningOnce({ metering }: MeasuredUsage): boolean {
  return isRunning(metering) && limitedAllowances(metering).some(({ reset }) => reset === 'NEVER')
}

/**
 * The value as the first window begins, unless another chain of the same measure has brought it, and what it has grown
 * since: together the total, so that the allowance's max(0, total − A) − max(0, total before − A) is the rule's.
 */
function grownSince(
  { asked, measure }: MeasuredUsage,
  windows: PlannedUsage['windows'],
  {
    parts,
    answers,
    valuesSeen,
  }: { parts: readonly Drawing['part'][]; answers: readonly UsageAnswer[]; valuesSeen: Set<string> },
): Drawing['part'][] {
  if (asked.kind === 'parts') return [...parts]
  const { start } = hullOf(windows.flatMap(({ measured }) => measured ?? []))
  const value = valueAt(asked, start, answers)
  const before = { start, isBefore: true, window: null, group: null, eventCount: 0, notNumeric: 0 }
  const key = JSON.stringify(measure)
  const isFirst = !valuesSeen.has(key)
  valuesSeen.add(key)
  const isWeighted = measure.aggregation === 'WEIGHTED_SUM'
  // What of a weighted value is a window's is its growth already.
  const grown = isWeighted
    ? parts
    : parts.map((part) => ({ ...part, drawn: subtractRatios(part.drawn, value) }))
  return [...(isFirst ? [{ ...before, quantity: value, drawn: value }] : []), ...grown]
}

function inOrderOfTime(lines: readonly CycleLine[]) {
  return (left: Drawing, right: Drawing): number => {
    const [one, other] = [left.part, right.part]
    if (one.isBefore !== other.isBefore) return one.isBefore ? -1 : 1
    const byStart = one.start.getTime() - other.start.getTime()
    if (byStart !== 0) return byStart
    const [first, second] = [lineAt(lines, left.usage.first), lineAt(lines, right.usage.first)]
    const byLine = first.start.getTime() - second.start.getTime()
    if (byLine !== 0) return byLine
    if (first.id !== second.id) return first.id < second.id ? -1 : 1
    // By group before window: how an edit cuts a slot must not decide which group is free.
    if (one.group !== other.group) return (one.group ?? '') < (other.group ?? '') ? -1 : 1
    return (one.window ?? 0) - (other.window ?? 0)
  }
}
