import { assert } from '../assert.ts'
import { decimalFromInteger } from '../money/decimal.ts'
import { addRatios, type Ratio, ratio, subtractRatios, zeroRatio } from '../money/ratio.ts'
import { gridIntervalAt } from '../time/grid.ts'
import { type Allowance, AllowanceLedger } from '../usage/allowance.ts'
import type { UsageAnswer, UsagePart } from '../usage/usage-question.ts'
import type { CycleLine, CyclePlan, MeasuredUsage, PlannedUsage } from './cycle.ts'
import { isRunning, limitedAllowances } from './plan-usage.ts'
import { windowParts } from './window-parts.ts'

/** Usage at an instant, and what the allowances leave of it to be billed. */
export interface SpentPiece {
  readonly usage: MeasuredUsage<CycleLine>
  /** Before the window: it only counts against allowances. */
  readonly isBefore: boolean
  readonly start: Date
  readonly group: string | null
  readonly quantity: Ratio
  billed: Ratio
}

export interface SpentUsage {
  /** Of the window, ascending by start, then group. */
  readonly pieces: readonly SpentPiece[]
  /** By this window, for each allowance. */
  readonly used: ReadonlyMap<string, Ratio>
}

/**
 * What is left to bill of each usage line's pieces. An allowance is spent in order of time: first what lies before
 * the windows, then piece by piece, ties by the lines' starts and ids. A line's allowances are
 * spent one after the other, each on what the one before has left. A value that runs on (`reset_usage` NEVER) is
 * reduced anew in each window, but by an allowance given once only by what it has grown.
 */
export function spendAllowances(
  plan: CyclePlan<CycleLine>,
  answers: readonly UsageAnswer[],
): (usage: PlannedUsage<CycleLine>) => SpentUsage {
  const pieces = piecesOf(plan, answers).sort(inOrderOfTime)
  const ledger = new AllowanceLedger(plan.grid)
  const used = new Map<MeasuredUsage<CycleLine>, Map<string, Ratio>>()
  for (const piece of pieces) {
    const ofLine = used.get(piece.usage) ?? new Map<string, Ratio>()
    used.set(piece.usage, ofLine)
    for (const allowance of allowancesOf(piece.usage)) {
      const left = draw(ledger, allowance, piece)
      if (!piece.isBefore) addUsed(ofLine, allowance.id, subtractRatios(piece.billed, left))
      piece.billed = left
    }
  }
  const ofUsage = Map.groupBy(
    pieces.filter(({ isBefore }) => !isBefore),
    ({ usage }) => usage,
  )
  return (usage) => ({ pieces: ofUsage.get(usage) ?? [], used: used.get(usage) ?? new Map() })
}

function draw(ledger: AllowanceLedger, allowance: Allowance, piece: SpentPiece): Ratio {
  return ledger.draw(allowance, piece.start, piece.billed)
}

function addUsed(used: Map<string, Ratio>, id: string, quantity: Ratio): void {
  used.set(id, addRatios(used.get(id) ?? zeroRatio, quantity))
}

function allowancesOf({ line }: MeasuredUsage<CycleLine>): readonly Allowance[] {
  return line.metering?.allowances ?? []
}

function piecesOf(plan: CyclePlan<CycleLine>, answers: readonly UsageAnswer[]): SpentPiece[] {
  const valuesSeen = new Set<string>()
  const answerOf = (question: number): UsageAnswer => {
    const answer = answers[question]
    assert(answer, 'each question has its answer')
    return answer
  }
  const ofWindows = plan.usage.flatMap((usage) => {
    if (isRunningOnce(usage)) {
      const before = usage.questionBefore === null ? [] : answerOf(usage.questionBefore).parts
      return runningPieces(usage, { parts: answerOf(usage.question).parts, before }, valuesSeen)
    }
    return windowParts(usage, answers).map((part) => pieceOf(usage, part, usage.window))
  })
  const ofSpenders = plan.spenders.flatMap((usage) =>
    answerOf(usage.question).parts.map((part) => pieceOf(usage, part, null)),
  )
  return [...ofSpenders, ...ofWindows]
}

function isRunningOnce({ line }: MeasuredUsage<CycleLine>): boolean {
  const { metering } = line
  if (!metering || !isRunning(metering)) return false
  return limitedAllowances(metering).some(({ reset }) => reset === 'NEVER')
}

function pieceOf(
  usage: MeasuredUsage<CycleLine>,
  part: UsagePart,
  window: PlannedUsage<CycleLine>['window'] | null,
): SpentPiece {
  // A value that runs on is asked for from the subscription's start, and is the window's.
  const running = usage.line.metering !== null && isRunning(usage.line.metering)
  const start = running && window ? window.start : part.start
  const isBefore = window === null || start < window.start
  const quantity = isBefore && window ? rescaled(usage, part, window.start) : part.quantity
  return { usage, isBefore, start, group: part.group, quantity, billed: quantity }
}

/** A weighted sum is a share of its own interval; the question divides all of them by the window's. */
function rescaled(usage: MeasuredUsage<CycleLine>, part: UsagePart, windowStart: Date): Ratio {
  if (usage.measure.aggregation !== 'WEIGHTED_SUM' || usage.bucketSize !== null) return part.quantity
  const { numerator, denominator } = part.quantity
  const lengthAt = (instant: Date) => {
    const { start, end } = gridIntervalAt(usage.grid, instant)
    return decimalFromInteger(end.getTime() - start.getTime())
  }
  return ratio(numerator.times(lengthAt(windowStart)), denominator.times(lengthAt(part.start)))
}

/**
 * The value as the window begins, unless another line of the same measure has brought it, and what it has grown since:
 * together the total, so that the allowance's max(0, total − A) − max(0, total before − A) is the rule's.
 */
function runningPieces(
  usage: PlannedUsage<CycleLine>,
  { parts, before }: { parts: readonly UsagePart[]; before: readonly UsagePart[] },
  valuesSeen: Set<string>,
): SpentPiece[] {
  const { start } = usage.window
  const valueBefore = before[0]?.quantity ?? zeroRatio
  const grown = subtractRatios(parts[0]?.quantity ?? zeroRatio, valueBefore)
  const piece = (isBefore: boolean, quantity: Ratio): SpentPiece => {
    return { usage, isBefore, start, group: null, quantity, billed: quantity }
  }
  const key = JSON.stringify(usage.measure)
  const isFirst = !valuesSeen.has(key)
  valuesSeen.add(key)
  return [...(isFirst ? [piece(true, valueBefore)] : []), piece(false, grown)]
}

function inOrderOfTime(left: SpentPiece, right: SpentPiece): number {
  if (left.isBefore !== right.isBefore) return left.isBefore ? -1 : 1
  const byStart = left.start.getTime() - right.start.getTime()
  if (byStart !== 0) return byStart
  const [one, other] = [left.usage.line, right.usage.line]
  const byLine = one.start.getTime() - other.start.getTime()
  if (byLine !== 0) return byLine
  if (one.id !== other.id) return one.id < other.id ? -1 : 1
  return (left.group ?? '') < (right.group ?? '') ? -1 : 1
}
