import { storedTiers, type WrittenTier } from './money-changes.ts'
import type { NewPrice } from './prices.ts'

type SameColumn =
  | 'type'
  | 'billing_model'
  | 'billing_period'
  | 'billing_period_count'
  | 'invoice_cadence'
  | 'amount'
  | 'tier_mode'
  | 'min_quantity'
  | 'lookup_key'
  | 'display_name'
  | 'description'
  | 'metadata'
  | 'start_date'
  | 'end_date'

/** A price as requests have it. */
export interface WrittenPrice extends Pick<NewPrice, SameColumn> {
  readonly tiers?: readonly WrittenTier[] | undefined
  readonly transform_quantity?:
    | { readonly divide_by?: number | undefined; readonly round?: 'up' | 'down' | undefined }
    | undefined
}

/** What a price has whoever it belongs to. */
export function priceColumns(body: WrittenPrice) {
  const isPackage = body.billing_model === 'PACKAGE'
  return {
    type: body.type,
    billing_model: body.billing_model,
    billing_period: body.billing_period,
    billing_period_count: body.billing_period_count,
    invoice_cadence: body.invoice_cadence,
    amount: body.amount,
    tier_mode: body.tier_mode,
    tiers: storedTiers(body.tiers),
    divide_by: isPackage ? body.transform_quantity?.divide_by : undefined,
    round: isPackage ? (body.transform_quantity?.round ?? ('up' as const)) : undefined,
    min_quantity: body.min_quantity,
    lookup_key: body.lookup_key === '' ? undefined : body.lookup_key,
    display_name: body.display_name,
    description: body.description,
    metadata: body.metadata,
    start_date: body.start_date,
    end_date: body.end_date,
  }
}
