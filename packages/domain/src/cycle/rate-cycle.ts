import { assert } from '../assert.ts'
import type { UsageAnswer } from '../usage/usage-question.ts'
import { chainCharges } from './chain-charge.ts'
import type { CycleCharge, CycleLine, CyclePlan, MeasuredUsage, PlannedFixed, PlannedUsage } from './cycle.ts'
import { lineCharge } from './line-charge.ts'
import { lineAt } from './line-life.ts'
import { spendAllowances, unspent } from './spend-allowances.ts'
import { windowParts } from './window-parts.ts'

/**
 * The charges of a planned cycle: FIXED lines in the lines' order, then USAGE lines in theirs, a line's own by time.
 * Usage of nothing is a charge of 0, which says so.
 *
 * @param answers to the plan's questions, in their order
 */
export function rateCycle<Line extends CycleLine>(
  plan: CyclePlan<Line>,
  answers: readonly UsageAnswer[],
): CycleCharge<Line>[] {
  assert(answers.length === plan.questions.length, 'each question has its answer')
  const piecesOf = billedPieces(plan, answers)
  const charged = plan.usage.flatMap((usage) => {
    const charges = chainCharges(usage, plan.lines, (view, index) => piecesOf(usage, view, index))
    return charges.map((charge, index) => ({ place: usage.windows[index]?.place ?? 0, charge }))
  })
  // Stable: a line's own stay by time.
  charged.sort((left, right) => left.place - right.place)
  return [
    ...plan.fixed.map((fixed) => fixedCharge(lineAt(plan.lines, fixed.place), fixed)),
    ...charged.map(({ charge }) => charge),
  ]
}

/** What is left of the usage to bill; without allowances, the common case, all of it. */
function billedPieces<Line extends CycleLine>(plan: CyclePlan<Line>, answers: readonly UsageAnswer[]) {
  const isReduced = ({ metering }: MeasuredUsage) => metering.allowances.length > 0
  const needsLedger = plan.usage.some(({ views }) => views.some(isReduced))
  const viewsMax = needsLedger ? Math.max(...plan.usage.map(({ views }) => views.length)) : 0
  const spent = Array.from({ length: viewsMax }, (_, view) => spendAllowances(plan, answers, view))
  return ({ windows }: PlannedUsage, usage: MeasuredUsage, view: number) => {
    const ofView = spent[view]
    if (ofView && isReduced(usage)) return ofView(usage)
    return unspent(windowParts(usage, windows, answers).filter(({ isBefore }) => !isBefore))
  }
}

function fixedCharge<Line extends CycleLine>(
  line: Line,
  { span, proration }: PlannedFixed,
): CycleCharge<Line> {
  const { terms, quantity } = line
  return { line, span, quantity, ...lineCharge({ terms, quantity, proration }) }
}
