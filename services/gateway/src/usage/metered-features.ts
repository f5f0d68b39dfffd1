import type { GetUsageAnalyticsRequest } from '@flexprice/contracts/usage'
import {
  listFeatures,
  listMeteredFeatures,
  listUsedFeatures,
  metersById,
  usedFeaturesMax,
} from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import type { CustomerRow } from '@flexprice/database/customers'
import { invalid } from '@flexprice/domain'
import { isAdditive } from '@flexprice/domain/usage'
import type { MeteredFeature } from './analytics-response.ts'

/**
 * The features that a report is of: those that are named, else what the customer's subscriptions meter, or of every
 * customer all that there are.
 *
 * @throws validation_error that names the feature which is not there, or has no meter
 */
export async function meteredFeatures(
  scoped: Scoped,
  customer: CustomerRow | null,
  { feature_ids: ids }: Pick<GetUsageAnalyticsRequest, 'feature_ids'>,
): Promise<MeteredFeature[]> {
  const isNamed = ids !== undefined && ids.length > 0
  const features = isNamed
    ? await listFeatures(scoped, ids)
    : customer
      ? await listUsedFeatures(scoped, customer.id)
      : await listMeteredFeatures(scoped)
  if (features.length > usedFeaturesMax) {
    throw invalid([{ path: 'feature_ids', message: `must be given: there are more than ${usedFeaturesMax}` }])
  }
  const meters = await metersById(
    scoped,
    features.map(({ meter_id }) => meter_id),
  )
  const metered = features.flatMap((feature) => {
    const meter = meters.get(feature.meter_id ?? '')
    return meter ? [{ feature, meter }] : []
  })
  const found = new Set(metered.map(({ feature }) => feature.id))
  const problems = (ids ?? []).flatMap((id, index) =>
    found.has(id) ? [] : [{ path: `feature_ids[${index}]`, message: 'is no metered feature' }],
  )
  if (problems.length > 0) throw invalid(problems)
  return metered
}

/**
 * Of every customer together only sums are figures: a state, a greatest value or a share of an interval is some
 * customer's, in that one's billing period. The others are told.
 */
export function summedFeatures(metered: readonly MeteredFeature[]): {
  readonly summed: readonly MeteredFeature[]
  readonly skipped: readonly { feature_id: string; reason: 'no_sum'; message: string }[]
} {
  const isSum = ({ meter }: MeteredFeature) =>
    isAdditive(meter.aggregation_type) && meter.reset_usage !== 'NEVER'
  return {
    summed: metered.filter(isSum),
    skipped: metered
      .filter((one) => !isSum(one))
      .map(({ feature, meter: { aggregation_type: type, reset_usage: reset } }) => ({
        feature_id: feature.id,
        reason: 'no_sum',
        message: `${type}${reset === 'NEVER' ? ' that is never reset' : ''} is no sum over customers: name one by external_customer_id.`,
      })),
  }
}
