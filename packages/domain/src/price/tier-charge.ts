import { assert } from '../assert.ts'
import { formatDecimal, isPositive } from '../money/decimal.ts'
import {
  compareRatios,
  formatRatio,
  type Ratio,
  subtractRatios,
  wholeRatio,
  zeroRatio,
} from '../money/ratio.ts'
import { exactly, type TierCharge } from './charge-explanation.ts'
import type { TierMode } from './price-terms.ts'
import type { Tier } from './tier.ts'

/**
 * The tiers that price a quantity, each with its units: by VOLUME the one that holds the quantity, with
 * all of it; by SLAB each that is touched, with its part. None for 0, so that no flat amount is charged.
 * The ladder must be one that `validateTiers` accepts.
 */
export function tierCharges(tiers: readonly Tier[], mode: TierMode, quantity: Ratio): TierCharge[] {
  if (!isPositive(quantity.numerator)) return []
  return mode === 'VOLUME' ? [volumeCharge(tiers, quantity)] : slabCharges(tiers, quantity)
}

function volumeCharge(tiers: readonly Tier[], quantity: Ratio): TierCharge {
  const index = tiers.findIndex((tier) => holds(tier, quantity))
  return tierCharge(tiers, index, quantity)
}

function slabCharges(tiers: readonly Tier[], quantity: Ratio): TierCharge[] {
  const charges: TierCharge[] = []
  let below = zeroRatio
  for (const [index, tier] of tiers.entries()) {
    const isLast = holds(tier, quantity)
    const top = isLast ? quantity : wholeRatio(exactly(tier.up_to))
    charges.push(tierCharge(tiers, index, subtractRatios(top, below)))
    if (isLast) return charges
    below = top
  }
  assert(false, 'the last tier is open')
}

/** `up_to` is inclusive. */
function holds(tier: Tier, quantity: Ratio): boolean {
  return tier.up_to == null || compareRatios(quantity, wholeRatio(exactly(tier.up_to))) <= 0
}

function tierCharge(tiers: readonly Tier[], index: number, units: Ratio): TierCharge {
  const tier = tiers[index]
  assert(tier, 'the last tier is open')
  return {
    tier: index,
    up_to: tier.up_to ?? null,
    units: formatRatio(units),
    unit_amount: formatDecimal(exactly(tier.unit_amount)),
    flat_amount: formatDecimal(exactly(tier.flat_amount)),
  }
}
