import type { CreatePriceRequest } from '@flexprice/contracts/catalog'
import type { SubscriptionPrice } from '@flexprice/contracts/subscriptions'
import { type NewPrice, storedTiers } from '@flexprice/database/catalog'
import { assert } from '@flexprice/domain'
import { parseCurrency } from '@flexprice/domain/money'
import { expectIdOf } from '../id-kind.ts'

/** A request whose terms are valid as the row to be. @throws not_found for the id of another kind of record */
export function newPrice(body: CreatePriceRequest): NewPrice {
  expectIdOf('plan', body.entity_id)
  if (body.meter_id) expectIdOf('meter', body.meter_id)
  if (body.group_id) expectIdOf('group', body.group_id)
  const currency = parseCurrency(body.currency)
  assert(currency !== undefined, 'the schema refuses an unknown currency')
  return {
    ...priceColumns(body),
    plan_id: body.entity_id,
    currency,
    trial_period_days: body.trial_period_days,
    meter_id: body.meter_id || undefined,
    group_id: body.group_id || undefined,
    bucket_size: body.bucket_size,
    filter_values: hasKeys(body.filter_values) ? body.filter_values : undefined,
  }
}

/** What a price has whoever it belongs to. */
export function priceColumns(body: CreatePriceRequest | SubscriptionPrice) {
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

function hasKeys(values: object | undefined): boolean {
  return values !== undefined && Object.keys(values).length > 0
}
