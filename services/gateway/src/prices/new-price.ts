import type { CreatePriceRequest } from '@flexprice/contracts/catalog'
import { type NewPrice, planPrice } from '@flexprice/database/catalog'
import { expectIdOf } from '../id-kind.ts'

/** A request whose terms are valid as the row to be. @throws not_found for the id of another kind of record */
export function newPrice(body: CreatePriceRequest): NewPrice {
  expectIdOf('plan', body.entity_id)
  if (body.meter_id) expectIdOf('meter', body.meter_id)
  if (body.group_id) expectIdOf('group', body.group_id)
  return planPrice(body)
}
