import type { LinePrice } from '@flexprice/contracts/catalog'
import type { PriceRow } from '@flexprice/database/catalog'
import { assert, type Scope } from '@flexprice/domain'
import { decimalText } from '../decimal-text.ts'
import { recordResponse } from '../record-response.ts'

/** A price, without the records around it. What it does not have is left out, never null. */
export function priceResponse(scope: Scope, row: PriceRow): LinePrice {
  return {
    ...recordResponse(scope, row),
    ...ownerOf(row),
    status: row.status,
    type: row.type,
    price_unit_type: 'FIAT',
    billing_model: row.billing_model,
    billing_cadence: 'RECURRING',
    billing_period: row.billing_period,
    billing_period_count: row.billing_period_count,
    invoice_cadence: row.invoice_cadence,
    currency: row.currency,
    amount: row.amount === null ? undefined : decimalText(row.amount),
    tier_mode: row.tier_mode ?? undefined,
    tiers: row.tiers?.map(({ up_to, unit_amount, flat_amount }) => ({
      unit_amount,
      up_to: up_to ?? undefined,
      flat_amount: flat_amount ?? undefined,
    })),
    transform_quantity:
      row.divide_by === null ? undefined : { divide_by: row.divide_by, round: row.round ?? 'up' },
    meter_id: row.meter_id ?? undefined,
    bucket_size: row.bucket_size ?? undefined,
    filter_values: row.filter_values === null ? undefined : filterValues(row.filter_values),
    group_id: row.group_id ?? undefined,
    min_quantity: row.min_quantity === null ? undefined : String(row.min_quantity),
    trial_period_days: row.trial_period_days,
    lookup_key: row.lookup_key ?? undefined,
    display_name: row.display_name,
    description: row.description,
    metadata: { ...row.metadata },
    parent_price_id: parentOf(row),
    sequence: row.sequence,
    start_date: row.start_date,
    end_date: row.end_date ?? undefined,
    effective_at: row.waits_for ?? undefined,
  }
}

/** A list of its own, as the answer's schema may change what it is given. */
function filterValues(stored: NonNullable<PriceRow['filter_values']>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(stored).map(([key, values]) => [key, [...values]]))
}

function ownerOf({ plan_id, subscription_id }: PriceRow) {
  if (plan_id !== null) return { entity_type: 'PLAN', entity_id: plan_id } as const
  assert(subscription_id !== null, 'a price belongs to a plan or to a subscription')
  return { entity_type: 'SUBSCRIPTION', entity_id: subscription_id } as const
}

/** Two columns with one name on the wire: what an override replaces, else the root of the chain. */
function parentOf({ id, root_price_id, overridden_price_id }: PriceRow): string | undefined {
  return overridden_price_id ?? (root_price_id === id ? undefined : root_price_id)
}
