import type { ChargeFacts, FinalUsage, LateUsage } from '@flexprice/database/calculations'
import type { NewLateCredit } from '@flexprice/database/credits'
import { type CyclePlan, type LateCharge, lateCharges, planCycle, rateCycle } from '@flexprice/domain/cycle'
import { formatDecimal, isNegative, isPositive, zero } from '@flexprice/domain/money'
import type { UsageAnswer, UsageQuestion } from '@flexprice/domain/usage'
import { billedCycle } from './billed-cycle.ts'
import { cycleLines, type FactLine, type SharedTerms } from './cycle-lines.ts'

/** A final invoice whose usage is rated once more, as what it is. */
export interface PlannedFinal {
  readonly final: FinalUsage
  readonly plan: CyclePlan<FactLine>
}

/** What late events have changed of a subscription's final lines: charges of its next invoice, or credits. */
export interface RatedLate {
  readonly charges: readonly LateCharge<FactLine>[]
  readonly credits: readonly NewLateCredit[]
}

/** The usage that a subscription's final invoices have billed, as it is asked for once more, on the grids kept with them. */
export function planFinals(facts: ChargeFacts, late: LateUsage, shared: SharedTerms): PlannedFinal[] {
  return late.invoices.map((final) => {
    const { period } = final
    const billed = billedCycle(facts, { kind: 'invoice', reason: 'SUBSCRIPTION_CYCLE', period })
    const lines = cycleLines(facts, shared, billed).filter(({ terms }) => terms.type === 'USAGE')
    const asBilled = withAllowances(lines, facts, final)
    const cycle = { ...billed.cycle, grid: final.grid ?? billed.cycle.grid, opens: null }
    return { final, plan: planCycle(cycle, asBilled) }
  })
}

/** Of each meter that the invoice has billed, those that it was billed with. */
function withAllowances(
  lines: readonly FactLine[],
  facts: ChargeFacts,
  { lines: billed }: FinalUsage,
): readonly FactLine[] {
  const meterOf = new Map(facts.lines.map(({ line, meter }) => [line.id, meter?.id]))
  const ofMeter = new Map(billed.map(({ lineId, allowances }) => [meterOf.get(lineId), allowances]))
  return lines.map((line) => {
    const allowances = ofMeter.get(meterOf.get(line.id))
    return allowances && line.metering ? { ...line, metering: { ...line.metering, allowances } } : line
  })
}

export function finalQuestions(finals: readonly PlannedFinal[]): readonly UsageQuestion[] {
  return finals.flatMap(({ plan }) => plan.questions)
}

/** @param answers to the finals' questions, in their order */
export function rateFinals(
  { subscription }: ChargeFacts,
  finals: readonly PlannedFinal[],
  answers: readonly UsageAnswer[],
): RatedLate {
  let asked = 0
  const changed = finals.flatMap(({ final, plan }) => {
    const from = asked
    asked += plan.questions.length
    const rated = rateCycle(plan, answers.slice(from, asked))
    return lateCharges(rated, final.lines).map((charge) => ({ charge, invoiceId: final.invoiceId }))
  })
  return {
    charges: changed.map(({ charge }) => charge).filter(({ amount }) => isPositive(amount)),
    credits: changed
      .filter(({ charge }) => isNegative(charge.amount))
      .map(({ charge, invoiceId }) => ({
        subscription_id: subscription.id,
        invoice_id: invoiceId,
        late_of: charge.late.of,
        revision: charge.late.revision,
        currency: subscription.currency,
        amount: formatDecimal(zero.minus(charge.amount)),
        explanation: charge.explanation,
      })),
  }
}
