import { assert } from '../assert.ts'
import { decimalFromInteger, divideRounded, formatDecimal, isNegative } from '../money/decimal.ts'
import { formatRatio, type Ratio, zeroRatio } from '../money/ratio.ts'
import { type ChargeExplanation, exactly, recomputeCharge } from './charge-explanation.ts'
import type { PriceTerms } from './price-terms.ts'
import { tierCharges } from './tier-charge.ts'

/** What of a price decides what a quantity costs. */
export type PricingTerms = Pick<
  PriceTerms,
  'billing_model' | 'amount' | 'tier_mode' | 'tiers' | 'transform_quantity'
>

export interface Charge {
  /** Exact: it is rounded once, when it becomes a line's amount. */
  readonly amount: Ratio
  readonly explanation: ChargeExplanation
  readonly warnings: readonly ChargeWarning[]
}

export interface ChargeWarning {
  readonly code: 'negative_quantity' | 'not_numeric' | 'property_missing'
  readonly message: string
  /** Of events, where it is about such: how many, and the ids of the first. */
  readonly count?: number
  readonly event_ids?: readonly string[]
}

/**
 * What a quantity costs for a whole period (billing rules, section 3). 0 costs 0 in every model, and a
 * negative quantity is priced as 0 with a warning. The amount is computed from the explanation, so
 * that the two cannot disagree. The terms must be ones that `validatePriceTerms` accepts.
 */
export function chargeFor(terms: PricingTerms, quantity: Ratio): Charge {
  const isBelow = isNegative(quantity.numerator)
  const explanation = explain(terms, quantity, isBelow ? zeroRatio : quantity)
  return {
    amount: recomputeCharge(explanation),
    explanation,
    warnings: isBelow ? [negativeQuantity(quantity)] : noWarnings,
  }
}

const noWarnings: readonly ChargeWarning[] = []

function explain(terms: PricingTerms, quantity: Ratio, priced: Ratio): ChargeExplanation {
  const text = formatRatio(quantity)
  const quantities = { quantity: text, priced_quantity: priced === quantity ? text : formatRatio(priced) }
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

/** Exact for a quotient too: its denominator joins the package's units. */
function packagesOf(terms: PricingTerms, { numerator, denominator }: Ratio) {
  assert(terms.transform_quantity, 'a PACKAGE price says how many units a package has')
  const { divide_by, round } = terms.transform_quantity
  assert(divide_by > 0, 'a package has units')
  const rounding = round === 'down' ? 'towards_zero' : 'away_from_zero'
  const units = denominator.times(decimalFromInteger(divide_by))
  const packages = divideRounded(numerator, units, 0, rounding)
  return {
    divide_by: String(divide_by),
    round: round ?? 'up',
    packages: formatDecimal(packages),
    package_amount: amountOf(terms),
  }
}

function amountOf(terms: PricingTerms): string {
  assert(terms.amount != null, () => `a ${terms.billing_model} price has an amount`)
  return formatDecimal(exactly(terms.amount))
}

function negativeQuantity(quantity: Ratio): ChargeWarning {
  const message = `A quantity of ${formatRatio(quantity)} was priced as 0.`
  return { code: 'negative_quantity', message }
}
