import type { CreatePriceRequest } from '@flexprice/contracts/catalog'
import type { PriceRow } from '@flexprice/database/catalog'

/** A ladder as stored, its open end as null. An empty one counts as none. */
export function storedTiers(tiers: CreatePriceRequest['tiers']): NonNullable<PriceRow['tiers']> | undefined {
  if (tiers === undefined || tiers.length === 0) return undefined
  return tiers.map(({ up_to, unit_amount, flat_amount }) => ({
    up_to: up_to ?? null,
    unit_amount,
    flat_amount: flat_amount ?? null,
  }))
}
