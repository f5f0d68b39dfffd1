import type { UpdatePriceRequest } from '@flexprice/contracts/catalog'
import type { PriceChanges } from '@flexprice/database/tables'

/** The changes as the request had them. */
export function priceChangesResponse(changes: PriceChanges): UpdatePriceRequest {
  const { divide_by, round } = changes
  const hasPackages = divide_by !== undefined || round !== undefined
  return {
    billing_model: changes.billing_model,
    amount: changes.amount ?? undefined,
    tier_mode: changes.tier_mode ?? undefined,
    tiers: changes.tiers?.map(({ up_to, unit_amount, flat_amount }) => ({
      up_to: up_to ?? undefined,
      unit_amount,
      flat_amount: flat_amount ?? undefined,
    })),
    transform_quantity: hasPackages
      ? { divide_by: divide_by ?? undefined, round: round ?? undefined }
      : undefined,
    bucket_size: changes.bucket_size ?? undefined,
    group_id: changes.group_id === null ? '' : changes.group_id,
    lookup_key: changes.lookup_key === null ? '' : changes.lookup_key,
    display_name: changes.display_name,
    description: changes.description,
    metadata: changes.metadata && { ...changes.metadata },
  }
}
