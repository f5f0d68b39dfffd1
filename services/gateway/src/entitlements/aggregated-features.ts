import type { AggregatedFeatureResponse } from '@flexprice/contracts/usage'
import type { Scoped } from '@flexprice/database/connection'
import type { EntitlementRow } from '@flexprice/database/entitlements'
import {
  aggregateEachSubscription,
  aggregateSubscriptionEntitlements,
  type EntitlementAggregation,
} from '@flexprice/database/subscriptions'
import { assert } from '@flexprice/domain'
import type { AggregatedFeature, EntitlementSource } from '@flexprice/domain/entitlement'
import { plansById } from '../plans/plans-by-id.ts'
import { featuresById } from './expand-entitlements.ts'

/** What subscriptions are entitled to, with the features and where it comes from. */
export async function aggregatedFeatures(
  scoped: Scoped,
  aggregation: EntitlementAggregation,
): Promise<AggregatedFeatureResponse[]> {
  const aggregated = await aggregateSubscriptionEntitlements(scoped, aggregation)
  const responseOf = await featureResponses(scoped, aggregation, aggregated)
  return aggregated.flatMap(responseOf)
}

/** The same for each subscription alone, by its id, where it is entitled to anything. */
export async function aggregatedFeaturesOfEach(
  scoped: Scoped,
  aggregation: EntitlementAggregation,
): Promise<ReadonlyMap<string, AggregatedFeatureResponse[]>> {
  const bySubscription = await aggregateEachSubscription(scoped, aggregation)
  const responseOf = await featureResponses(scoped, aggregation, [...bySubscription.values()].flat())
  return new Map([...bySubscription].map(([id, aggregated]) => [id, aggregated.flatMap(responseOf)]))
}

/** Reads what stands around the aggregated features, by one query a kind; none for one whose feature is gone. */
async function featureResponses(
  scoped: Scoped,
  { subscriptions }: EntitlementAggregation,
  aggregated: ReadonlyArray<AggregatedFeature<EntitlementRow>>,
): Promise<(one: AggregatedFeature<EntitlementRow>) => AggregatedFeatureResponse[]> {
  const featureIds = new Set(aggregated.map((one) => one.feature_id))
  const planIds = new Set(subscriptions.map((one) => one.plan_id))
  const [features, plans] = await Promise.all([
    featuresById(scoped, [...featureIds]),
    plansById(scoped, [...planIds]),
  ])
  return (one) => {
    const feature = features.get(one.feature_id)
    // Gone since the entitlements were read, in which case they are gone, too.
    if (!feature) return []
    const entitlement = aggregatedEntitlement(one)
    const sources = one.sources.map((source) =>
      entitlementSource(source, plans.get(source.entitlement.plan_id ?? '')?.name),
    )
    return [{ feature, entitlement, sources }]
  }
}

function aggregatedEntitlement({ aggregated, feature_type, sources }: AggregatedFeature<EntitlementRow>) {
  // A limit says something of usage; of the other features' it is only kept, where somebody has set one.
  const isLimited = feature_type === 'metered' || sources.some((one) => one.entitlement.usage_limit !== null)
  const configs = aggregated.config_values.map((config) => ({ ...config }))
  return {
    is_enabled: aggregated.is_enabled,
    usage_limit: isLimited ? (aggregated.usage_limit ?? undefined) : undefined,
    usage_reset_period: aggregated.usage_reset_period ?? undefined,
    is_soft_limit: aggregated.is_soft_limit,
    static_values: [...aggregated.static_values],
    config_values: configs.filter(hasObjectsOnly),
    configs,
    aggregation_mode: 'additive' as const,
  }
}

function hasObjectsOnly(config: Record<string, unknown>): config is Record<string, Record<string, unknown>> {
  return Object.values(config).every(
    (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
  )
}

function entitlementSource(
  { subscription_id, entitlement: row }: EntitlementSource<EntitlementRow>,
  planName: string | undefined,
) {
  const entity_id = row.plan_id ?? row.subscription_id
  assert(entity_id !== null, 'an entitlement belongs to a plan or to a subscription')
  const { usage_reset_period: period } = row
  return {
    subscription_id,
    entity_type: row.plan_id === null ? ('subscription' as const) : ('plan' as const),
    entity_id,
    entity_name: planName,
    entitlement_id: row.id,
    quantity: 1,
    is_enabled: row.is_enabled,
    usage_limit: row.usage_limit ?? undefined,
    usage_reset_period: period === 'NEVER' ? ('ONETIME' as const) : (period ?? undefined),
    static_value: row.static_value ?? undefined,
    config_value: row.config_value ? { ...row.config_value } : undefined,
  }
}
