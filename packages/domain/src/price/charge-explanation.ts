import { assert } from '../assert.ts'
import { type Decimal, parseDecimal, zero } from '../money/decimal.ts'
import { addRatios, type Ratio, readRatio, scaleRatio, sumRatios } from '../money/ratio.ts'
import type { PackageRounding, TierMode } from './price-terms.ts'

/** The units that one tier priced. `tier` counts from 0, as in the price's `tiers`. */
export interface TierCharge {
  readonly tier: number
  readonly up_to: string | null
  readonly units: string
  readonly unit_amount: string
  readonly flat_amount: string
}

/**
 * How a charge came about, as plain values that are stored with the line and answered as they are:
 * every number is a text, a quotient as `numerator/denominator`, and `recomputeCharge` needs nothing else. `quantity` is what was asked for,
 * `priced_quantity` what was priced: 0 for a negative one.
 */
export type ChargeExplanation = FlatExplanation | PackageExplanation | TieredExplanation

interface PricedQuantity {
  readonly quantity: string
  readonly priced_quantity: string
}

export interface FlatExplanation extends PricedQuantity {
  readonly billing_model: 'FLAT_FEE'
  readonly unit_amount: string
}

export interface PackageExplanation extends PricedQuantity {
  readonly billing_model: 'PACKAGE'
  readonly divide_by: string
  readonly round: PackageRounding
  readonly packages: string
  readonly package_amount: string
}

/** VOLUME has the one tier that holds the quantity, SLAB each tier touched; both none for a quantity of 0. */
export interface TieredExplanation extends PricedQuantity {
  readonly billing_model: 'TIERED'
  readonly tier_mode: TierMode
  readonly tiers: readonly TierCharge[]
}

/** The unrounded amount again, from the explanation alone. */
export function recomputeCharge(explanation: ChargeExplanation): Ratio {
  switch (explanation.billing_model) {
    case 'FLAT_FEE':
      return scaleRatio(readRatio(explanation.priced_quantity), exactly(explanation.unit_amount))
    case 'PACKAGE':
      return scaleRatio(readRatio(explanation.packages), exactly(explanation.package_amount))
    case 'TIERED':
      return sumRatios(explanation.tiers.map(recomputeTier))
  }
}

function recomputeTier({ units, unit_amount, flat_amount }: TierCharge): Ratio {
  return addRatios(scaleRatio(readRatio(units), exactly(unit_amount)), readRatio(flat_amount))
}

/** A decimal that was validated when the price was made, or written by the pricing itself. */
export function exactly(text: string | null | undefined): Decimal {
  if (text == null) return zero
  const value = parseDecimal(text)
  assert(value, () => `${text} is a decimal number`)
  return value
}
