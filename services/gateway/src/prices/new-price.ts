import type { CreatePriceRequest } from '@flexprice/contracts/catalog'
import { type NewPrice, priceColumns } from '@flexprice/database/catalog'
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

function hasKeys(values: object | undefined): boolean {
  return values !== undefined && Object.keys(values).length > 0
}
