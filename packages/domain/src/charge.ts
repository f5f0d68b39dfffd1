import { assert } from './assert.ts'
import { type ChargeExplanation, exactly, recomputeCharge } from './charge-explanation.ts'
import {
  type Decimal,
  decimalFromInteger,
  divideRounded,
  formatDecimal,
  isNegative,
  isStorable,
  zero,
} from './decimal.ts'
import type { PriceTerms } from './price-terms.ts'
import { tierCharges } from './tier-charge.ts'

/** What of a price decides what a quantity costs. */
export type PricingTerms = Pick<
  PriceTerms,
  'billing_model' | 'amount' | 'tier_mode' | 'tiers' | 'transform_quantity'
>

export interface Charge {
  /** Exact: it is rounded once, when it becomes a line's amount. */
  readonly amount: Decimal
  readonly explanation: ChargeExplanation
  readonly warnings: readonly ChargeWarning[]
}

export interface ChargeWarning {
  readonly code: 'negative_quantity'
  readonly message: string
}

/**
 * What a quantity costs for a whole period (billing rules, section 3). 0 costs 0 in every model, and a
 * negative quantity is priced as 0 with a warning. The amount is computed from the explanation, so
 * that the two cannot disagree. The terms must be ones that `validatePriceTerms` accepts.
 */
export function chargeFor(terms: PricingTerms, quantity: Decimal): Charge {
  assert(isStorable(quantity), 'a quantity has at most 20 digits before and 18 after the point')
  const explanation = explain(terms, quantity, isNegative(quantity) ? zero : quantity)
  return {
    amount: recomputeCharge(explanation),
    explanation,
    warnings: isNegative(quantity) ? [negativeQuantity(quantity)] : [],
  }
}

function explain(terms: PricingTerms, quantity: Decimal, priced: Decimal): ChargeExplanation {
  const quantities = { quantity: formatDecimal(quantity), priced_quantity: formatDecimal(priced) }
  switch (terms.billing_model) {
    case 'FLAT_FEE':
      return { billing_model: 'FLAT_FEE', ...quantities, unit_amount: amountOf(terms) }
    case 'PACKAGE':
      return { billing_model: 'PACKAGE', ...quantities, ...packagesOf(terms, priced) }
    case 'TIERED': {
      const { tier_mode, tiers } = terms
      assert(tier_mode && tiers, 'a TIERED price has a tier mode and tiers')
      return {
        billing_model: 'TIERED',
        ...quantities,
        tier_mode,
        tiers: tierCharges(tiers, tier_mode, priced),
      }
    }
  }
}

function packagesOf(terms: PricingTerms, priced: Decimal) {
  assert(terms.transform_quantity, 'a PACKAGE price says how many units a package has')
  const { divide_by, round } = terms.transform_quantity
  assert(divide_by > 0, 'a package has units')
  const rounding = round === 'down' ? 'towards_zero' : 'away_from_zero'
  const packages = divideRounded(priced, decimalFromInteger(divide_by), 0, rounding)
  return {
    divide_by: String(divide_by),
    round: round ?? 'up',
    packages: formatDecimal(packages),
    package_amount: amountOf(terms),
  }
}

function amountOf(terms: PricingTerms): string {
  assert(terms.amount != null, `a ${terms.billing_model} price has an amount`)
  return formatDecimal(exactly(terms.amount))
}

function negativeQuantity(quantity: Decimal): ChargeWarning {
  const message = `A quantity of ${formatDecimal(quantity)} was priced as 0.`
  return { code: 'negative_quantity', message }
}
