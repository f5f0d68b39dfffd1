import type { CreateMeterRequest } from '@flexprice/contracts/catalog'
import type { NewMeter } from '@flexprice/database/catalog'
import { assert } from '@flexprice/domain'

/** A meter whose terms are valid as the row to be. */
export function newMeter({
  name,
  event_name,
  aggregation,
  filters,
  reset_usage,
}: CreateMeterRequest): NewMeter {
  const { type, field, multiplier, bucket_size, group_by } = aggregation
  assert(type !== undefined, 'the schema refuses a meter without an aggregation')
  return {
    name,
    event_name,
    aggregation_type: type,
    field: field || undefined,
    multiplier,
    bucket_size,
    group_by: group_by || undefined,
    filters,
    reset_usage,
  }
}
