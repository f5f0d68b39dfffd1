import { assert } from '@flexprice/domain'
import { parseCurrency } from '@flexprice/domain/money'
import type { PriceChanges } from '../tables/catalog-tables.ts'
import { moneyChanges, storedTiers, type WrittenMoney, type WrittenTier } from './money-changes.ts'
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

/** A price of a plan as requests have it; a text that is empty means none. */
export interface WrittenPlanPrice extends WrittenPrice {
  readonly entity_id: string
  readonly currency: string
  readonly trial_period_days?: number | undefined
  readonly meter_id?: string | undefined
  readonly group_id?: string | undefined
  readonly bucket_size?: NewPrice['bucket_size']
  readonly filter_values?: NewPrice['filter_values']
}

/** A request whose terms are valid as the row to be. */
export function planPrice(body: WrittenPlanPrice): NewPrice {
  const currency = parseCurrency(body.currency)
  assert(currency !== undefined, 'the schema refuses an unknown currency')
  const { filter_values: values } = body
  return {
    ...priceColumns(body),
    plan_id: body.entity_id,
    currency,
    trial_period_days: body.trial_period_days,
    meter_id: body.meter_id || undefined,
    group_id: body.group_id || undefined,
    bucket_size: body.bucket_size,
    filter_values: values && Object.keys(values).length > 0 ? values : undefined,
  }
}

/** What is left out is undefined and stays; an empty lookup key or group takes it away. */
export function priceChanges(
  body: WrittenMoney &
    Pick<PriceChanges, 'group_id' | 'lookup_key' | 'display_name' | 'description' | 'metadata'>,
): PriceChanges {
  return {
    ...moneyChanges(body),
    group_id: body.group_id === '' ? null : body.group_id,
    lookup_key: body.lookup_key === '' ? null : body.lookup_key,
    display_name: body.display_name,
    description: body.description,
    metadata: body.metadata,
  }
}
