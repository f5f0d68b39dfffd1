import type { Decimal } from '../money/decimal.ts'
import { type Ratio, scaleRatio, sumRatios } from '../money/ratio.ts'
import { exactly } from '../price/charge-explanation.ts'
import { goesOnAcrossPlans, isAdditive } from '../usage/usage-measure.ts'
import type { UsagePart } from '../usage/usage-question.ts'
import type { CycleCharge, CycleLine } from './cycle.ts'

/** Why it cannot be told what a part of a USAGE charge's events costs. */
export type PartCostGap = 'no_sum' | 'tiers' | 'package' | 'allowance' | 'negative_quantity'

/** What each unit of a charge costs, whichever events it comes from; or why there is no such amount. */
export type UnitCost = { readonly unitAmount: Decimal } | { readonly gap: PartCostGap }

/**
 * A charge is the sum of its parts' where its quantity is, and each unit costs the same: flat fees of counts and sums. All
 * else is of the whole: a state or a greatest value is of one event; tiers, packages and allowances take whichever units
 * come first; a quantity below 0 is charged elsewhere.
 */
export function unitCost({ line, explanation, warnings }: CycleCharge<CycleLine>): UnitCost {
  const { terms, metering } = line
  if (metering === null || !('usage' in explanation)) return { gap: 'no_sum' }
  const { meter, allowances } = metering
  if (!isAdditive(meter.aggregation_type) || meter.reset_usage === 'NEVER') return { gap: 'no_sum' }
  if (terms.billing_model === 'TIERED') return { gap: 'tiers' }
  if (terms.billing_model === 'PACKAGE') return { gap: 'package' }
  if (allowances.length > 0) return { gap: 'allowance' }
  const { quantity, billed_quantity: billed } = explanation.usage
  const isBelow = warnings.some(({ code }) => code === 'negative_quantity')
  if (isBelow || quantity !== billed || terms.amount == null) return { gap: 'negative_quantity' }
  return { unitAmount: exactly(terms.amount) }
}

/** What some of the charge's events cost, unrounded. */
export function partCost(unitAmount: Decimal, usage: readonly Pick<UsagePart, 'quantity'>[]): Ratio {
  return scaleRatio(sumRatios(usage.map(({ quantity }) => quantity)), unitAmount)
}

/**
 * Whether a charge of any window is what the bill charges of that time: of all that the line has in its interval, or, as
 * nothing has come after now, of what it has had so far; or where each unit costs the same whenever it is used.
 */
export function isBillsCharge(charge: CycleCharge<CycleLine>, now: Date): boolean {
  const { cut, span, line } = charge
  if (!cut || !(cut.start || cut.end)) return true
  // What is shared out by time is only known by the whole of it: a state goes on behind now.
  const isByTime = line.metering != null && goesOnAcrossPlans(line.metering.meter)
  if (!cut.start && span.end >= now && !isByTime) return true
  return 'unitAmount' in unitCost(charge)
}
