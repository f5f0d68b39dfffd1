import type { Money, Tier } from '../lives/step.ts'
import {
  compare,
  floor,
  fromText,
  minus,
  nothing,
  over,
  plus,
  type Ratio,
  ratio,
  times,
  whole,
} from './ratio.ts'

/** What a quantity costs (billing rules, section 3), exact. */
export function charge(money: Money, quantity: Ratio): Ratio {
  if (compare(quantity, nothing) <= 0) return nothing
  switch (money.model) {
    case 'FLAT_FEE':
      return times(quantity, fromText(money.amount))
    case 'PACKAGE': {
      const packages = over(quantity, whole(money.divideBy))
      const down = floor(packages)
      const isCut = packages.under !== 1n && money.round === 'up'
      return times(ratio(isCut ? down + 1n : down, 1n), fromText(money.amount))
    }
    case 'VOLUME': {
      const tier = money.tiers.find(({ upTo }) => upTo === null || compare(quantity, whole(upTo)) <= 0)
      return tier ? costIn(tier, quantity) : nothing
    }
    case 'SLAB':
      return slabs(money.tiers, quantity)
  }
}

function slabs(tiers: readonly Tier[], quantity: Ratio): Ratio {
  let total = nothing
  let from = nothing
  for (const tier of tiers) {
    if (compare(quantity, from) <= 0) break
    const to = tier.upTo === null || compare(quantity, whole(tier.upTo)) < 0 ? quantity : whole(tier.upTo)
    total = plus(total, costIn(tier, minus(to, from)))
    from = to
  }
  return total
}

function costIn({ unit, flat }: Tier, quantity: Ratio): Ratio {
  return plus(times(quantity, fromText(unit)), fromText(flat))
}
