import { assert } from '../assert.ts'
import type { Decimal } from '../money/decimal.ts'
import type { UsageAnswer } from '../usage/usage-question.ts'
import { chainCharges } from './chain-charge.ts'
import type { CycleCharge, CycleLine, CyclePlan, MeasuredUsage, PlannedFixed, PlannedUsage } from './cycle.ts'
import { type LineCharge, lineCharge } from './line-charge.ts'
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
  const charges = plan.fixed.map((fixed) => fixedCharge(lineAt(plan.lines, fixed.place), fixed))
  const charged: { readonly place: number; readonly charge: CycleCharge<Line> }[] = []
  for (const usage of plan.usage) {
    const ofChain = chainCharges(usage, plan.lines, (view, index) => piecesOf(usage, view, index))
    for (const [index, charge] of ofChain.entries()) {
      charged.push({ place: usage.windows[index]?.place ?? 0, charge })
    }
  }
  // Stable: a line's own stay by time.
  charged.sort((left, right) => left.place - right.place)
  for (const { charge } of charged) charges.push(charge)
  return charges
}

/** What is left of the usage to bill; without allowances, the common case, all of it. */
function billedPieces<Line extends CycleLine>(plan: CyclePlan<Line>, answers: readonly UsageAnswer[]) {
  const isReduced = ({ metering }: MeasuredUsage) => metering.allowances.length > 0
  const needsLedger = plan.usage.some(({ views }) => views.some(isReduced))
  const viewsMax = needsLedger ? Math.max(...plan.usage.map(({ views }) => views.length)) : 0
  const spent: ReturnType<typeof spendAllowances>[] = []
  for (let view = 0; view < viewsMax; view++) spent.push(spendAllowances(plan, answers, view))
  return ({ windows }: PlannedUsage, usage: MeasuredUsage, view: number) => {
    const ofView = spent[view]
    if (ofView && isReduced(usage)) return ofView(usage)
    return unspent(windowParts(usage, windows, answers).filter(({ isBefore }) => !isBefore))
  }
}

function fixedCharge<Line extends CycleLine>(line: Line, planned: PlannedFixed): CycleCharge<Line> {
  const { quantity } = line
  const { amount, explanation, warnings } = chargeOfQuantity(line, planned)
  return { line, span: planned.span, quantity, amount, explanation, warnings }
}

/** Most of those that share what is planned share the quantity, too: what it costs is computed once. */
function chargeOfQuantity({ terms, quantity }: CycleLine, planned: PlannedFixed): LineCharge {
  const charges = fixedCharges.get(planned) ?? new Map<Decimal, LineCharge>()
  fixedCharges.set(planned, charges)
  const known = charges.get(quantity)
  if (known) return known
  const charge = lineCharge({ terms, quantity, proration: planned.proration })
  charges.set(quantity, charge)
  return charge
}

/** For as long as somebody holds the plan. */
const fixedCharges = new WeakMap<PlannedFixed, Map<Decimal, LineCharge>>()
