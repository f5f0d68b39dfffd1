import type { CostGap } from '@flexprice/contracts/usage'
import { assert } from '@flexprice/domain'
import { partCost, unitCost } from '@flexprice/domain/cycle'
import { type Decimal, formatDecimal, shownDecimal, sumRatios } from '@flexprice/domain/money'
import { measureOf, type UsageAnswer, type UsageQuestion } from '@flexprice/domain/usage'
import type { UsageCosts } from './usage-costs.ts'

/** What groups of a meter's events cost, as far as their prices allow to tell. */
export interface GroupCosts {
  /** What each line counts of its own, in the time that it charges. */
  readonly questions: readonly UsageQuestion[]
  /** @param answers of one group to the questions, in their order; of nothing there is none */
  readonly ofMeter: (meterId: string, answers: readonly (UsageAnswer | undefined)[]) => GroupCost
}

/** Exact: the meter's charges are the sum of its groups' costs, rounded. */
export type GroupCost = { readonly exact: string } | { readonly gap: CostGap }

interface PricedQuestion {
  readonly place: number
  readonly unitAmount: Decimal
}

export function planGroupCosts(
  costs: UsageCosts,
  meterIds: readonly string[],
  externalCustomerId: string,
): GroupCosts {
  const questions: UsageQuestion[] = []
  const planned = new Map(meterIds.map((meterId) => [meterId, planMeter(meterId)]))
  return {
    questions,
    ofMeter(meterId, answers) {
      const plan = planned.get(meterId)
      assert(plan, 'the costs of each meter are planned')
      if ('gap' in plan) return plan
      const parts = plan.map(({ place, unitAmount }) => partCost(unitAmount, answers[place]?.parts ?? []))
      return { exact: formatDecimal(shownDecimal(sumRatios(parts))) }
    },
  }

  function planMeter(meterId: string): readonly PricedQuestion[] | { readonly gap: CostGap } {
    const charges = costs.ofMeter(meterId).map((charge) => ({ charge, cost: unitCost(charge) }))
    const gap = charges.flatMap(({ cost }) => ('gap' in cost ? cost.gap : []))[0]
    if (gap) return { gap }
    return charges.flatMap(({ charge: { line, span }, cost }) => {
      if ('gap' in cost || line.metering === null) return []
      const measure = measureOf(line.metering.meter, line.metering.filterValues)
      const question = { externalCustomerId, measure, wholeMs: null, spans: [{ ...span, stepMs: null }] }
      return [{ place: questions.push(question) - 1, unitAmount: cost.unitAmount }]
    })
  }
}
