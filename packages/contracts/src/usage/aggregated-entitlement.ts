import { z } from 'zod'
import { featureResponse } from '../catalog/feature.ts'
import {
  aggregationMode,
  allowanceReset,
  grantDurationUnit,
  grantMeasure,
} from '../entitlements/entitlement.ts'
import { subscriptionResponse } from '../subscriptions/subscription.ts'
import { laterObject } from '../wire/not-built.ts'
import { queryIds } from '../wire/query-identifiers.ts'

/** What all sources grant of a feature together; a limit that is left out is none. */
const aggregatedEntitlement = z
  .object({
    is_enabled: z.boolean(),
    usage_limit: z.int().optional(),
    /** Left out where the sources differ: each of them says its own. */
    usage_reset_period: allowanceReset.optional(),
    is_soft_limit: z.boolean(),
    static_values: z.array(z.string()).optional(),
    /** The contract's clients read an object in each field, and fail at anything else: others are in `configs` only. */
    config_values: z.array(z.record(z.string(), z.looseObject({}))).optional(),
    /** Ours: every configuration. */
    configs: z.array(z.record(z.string(), z.unknown())).optional(),
    aggregation_mode: aggregationMode,
    buckets: z.array(laterObject('AggregatedEntitlementBucket')).optional(),
    grant_duration_unit: grantDurationUnit.optional(),
    grant_duration_value: z.int().optional(),
    grant_measure: grantMeasure.optional(),
    grant_quota: z.string().optional(),
    grant_state: laterObject('GrantState').optional(),
    grant_unlimited: z.boolean().optional(),
  })
  .meta({ id: 'AggregatedEntitlement' })

export const entitlementSource = z
  .object({
    subscription_id: z.string(),
    entity_type: z.enum(['plan', 'addon', 'subscription']),
    entity_id: z.string(),
    entity_name: z.string().optional(),
    entitlement_id: z.string(),
    quantity: z.int(),
    is_enabled: z.boolean(),
    usage_limit: z.int().optional(),
    // The contract's own word for "never" here.
    usage_reset_period: z.enum([...allowanceReset.exclude(['NEVER']).options, 'ONETIME']).optional(),
    static_value: z.string().optional(),
    config_value: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'EntitlementSource' })

export const aggregatedFeature = z
  .object({
    feature: featureResponse,
    entitlement: aggregatedEntitlement,
    sources: z.array(entitlementSource),
  })
  .meta({ id: 'AggregatedFeature' })
export type AggregatedFeatureResponse = z.output<typeof aggregatedFeature>

export const subscriptionEntitlementsResponse = z
  .object({ subscription_id: z.string(), plan_id: z.string(), features: z.array(aggregatedFeature) })
  .meta({ id: 'SubscriptionEntitlementsResponse' })

export const customerEntitlementsResponse = z
  .object({
    customer_id: z.string(),
    features: z.array(aggregatedFeature),
    /** Those that were counted. */
    subscriptions: z.array(subscriptionResponse),
  })
  .meta({ id: 'CustomerEntitlementsResponse' })

export const entitledFeatureIds = z.strictObject({ feature_ids: queryIds.optional() })
