import type { PriceMoney, StoredTier } from '../tables/catalog-tables.ts'
import type { Changes } from '../tables/row-types.ts'

/** The money of a price as requests write it, at whichever door. */
export interface WrittenMoney {
  readonly billing_model?: PriceMoney['billing_model'] | undefined
  readonly amount?: string | undefined
  readonly tier_mode?: PriceMoney['tier_mode'] | undefined
  readonly tiers?: readonly WrittenTier[] | undefined
  readonly transform_quantity?: WrittenPackages | undefined
  readonly bucket_size?: PriceMoney['bucket_size'] | undefined
}

export interface WrittenTier {
  readonly up_to?: number | undefined
  readonly unit_amount: string
  readonly flat_amount?: string | undefined
}

interface WrittenPackages {
  readonly divide_by?: number | undefined
  readonly round?: PriceMoney['round'] | undefined
}

/** What a request changes of a price's money: what it leaves out stays, at every door that edits or overrides one. */
export function moneyChanges(written: WrittenMoney): Changes<PriceMoney> {
  return {
    billing_model: written.billing_model,
    amount: written.amount,
    tier_mode: written.tier_mode,
    tiers: storedTiers(written.tiers),
    divide_by: written.transform_quantity?.divide_by,
    round: written.transform_quantity?.round,
    bucket_size: written.bucket_size,
  }
}

/** A ladder as stored, its open end as null. An empty one counts as none, as SDKs send it. */
export function storedTiers(tiers: readonly WrittenTier[] | undefined): readonly StoredTier[] | undefined {
  if (tiers === undefined || tiers.length === 0) return undefined
  return tiers.map(({ up_to, unit_amount, flat_amount }) => ({
    up_to: up_to ?? null,
    unit_amount,
    flat_amount: flat_amount ?? null,
  }))
}
