import { assert } from '../assert.ts'
import type { UsageAnswer } from '../usage/usage-question.ts'
import { chainCharges } from './chain-charge.ts'
import type { CycleCharge, CycleLine, CyclePlan, PlannedFixed } from './cycle.ts'
import { lineCharge } from './line-charge.ts'
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
  const needsLedger = plan.usage.some(({ metering }) => metering.allowances.length > 0)
  const spent = needsLedger ? spendAllowances(plan, answers) : undefined
  const charged = plan.usage.flatMap((usage) => {
    const isFree = spent !== undefined && usage.metering.allowances.length > 0
    const pieces = isFree
      ? spent(usage)
      : unspent(windowParts(usage, answers).filter(({ isBefore }) => !isBefore))
    const charges = chainCharges(usage, pieces)
    return usage.windows.flatMap(({ place }, index) =>
      charges.slice(index, index + 1).map((charge) => ({ place, charge })),
    )
  })
  // Stable: a line's own stay by time.
  charged.sort((left, right) => left.place - right.place)
  return [...plan.fixed.map(fixedCharge), ...charged.map(({ charge }) => charge)]
}

function fixedCharge<Line extends CycleLine>({
  line,
  span,
  proration,
}: PlannedFixed<Line>): CycleCharge<Line> {
  const { terms, quantity } = line
  return { line, span, quantity, ...lineCharge({ terms, quantity, proration }) }
}
