import { z } from 'zod'
import { featureResponse } from '../catalog/feature.ts'
import { grantDurationUnit, grantMeasure } from '../entitlements/entitlement.ts'
import { instant } from '../wire/instant.ts'
import { laterObject } from '../wire/not-built.ts'
import { queryIdentifiers, queryIds } from '../wire/query-identifiers.ts'
import { pagination } from '../wire/search.ts'
import { identifier } from '../wire/text.ts'
import { warnings } from '../wire/warning.ts'
import { entitlementSource } from './aggregated-entitlement.ts'

/** One of the customer's two ids is needed. */
export const customerUsageQuery = z.strictObject({
  customer_id: identifier.optional(),
  customer_lookup_key: identifier.optional(),
  feature_ids: queryIds.optional(),
  feature_lookup_keys: queryIdentifiers.optional(),
  subscription_ids: queryIds.optional(),
})
export type CustomerUsageQuery = z.output<typeof customerUsageQuery>

/** What a customer may use of a feature, and has used since its allowance last began anew. */
const featureUsageSummary = z
  .object({
    feature: featureResponse,
    /** Left out: no limit. */
    total_limit: z.int().optional(),
    is_unlimited: z.boolean(),
    is_enabled: z.boolean(),
    is_soft_limit: z.boolean(),
    current_usage: z.string(),
    /** Of the limit, in hundredths. Left out where there is none, or it is 0. */
    usage_percent: z.string().optional(),
    /** Left out: never. */
    next_usage_reset_at: instant.optional(),
    sources: z.array(entitlementSource),
    buckets: z.array(laterObject('AggregatedEntitlementBucket')).optional(),
    grant_duration_unit: grantDurationUnit.optional(),
    grant_duration_value: z.int().optional(),
    grant_measure: grantMeasure.optional(),
    grant_quota: z.string().optional(),
    grant_state: laterObject('GrantState').optional(),
    grant_unlimited: z.boolean().optional(),
    // Ours: events whose value is no number, and those that have not the property.
    not_numeric: z.int().optional(),
    missing: z.int().optional(),
    warnings,
  })
  .meta({ id: 'FeatureUsageSummary' })

export const customerUsageSummaryResponse = z
  .object({
    customer_id: z.string(),
    features: z.array(featureUsageSummary),
    pagination,
    /** Of the oldest subscription that was counted. */
    period: z
      .object({ start_time: instant, end_time: instant, period: z.string() })
      .meta({ id: 'BillingPeriodInfo' })
      .optional(),
  })
  .meta({ id: 'CustomerUsageSummaryResponse' })
