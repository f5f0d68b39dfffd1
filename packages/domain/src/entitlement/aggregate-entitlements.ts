import { assert } from '../assert.ts'
import type { AllowanceReset, EntitlementTerms } from './entitlement-terms.ts'
import type { FeatureType } from './feature-terms.ts'

/** An entitlement of a plan or of a subscription, as far as adding up needs it. */
export interface GrantedEntitlement extends EntitlementTerms {
  readonly id: string
  readonly plan_id: string | null
  readonly subscription_id: string | null
  readonly feature_id: string
  readonly feature_type: FeatureType
  /** Of a subscription's own: the plan's entitlement that it replaces. */
  readonly parent_entitlement_id: string | null
}

export interface EntitledSubscription {
  readonly id: string
  readonly plan_id: string
}

/** An entitlement at work in a subscription. */
export interface EntitlementSource<Entitlement extends GrantedEntitlement = GrantedEntitlement> {
  readonly subscription_id: string
  readonly entitlement: Entitlement
}

/** What all sources of a feature grant together. */
export interface AggregatedEntitlement {
  readonly is_enabled: boolean
  /** Null: no limit; 0 when nothing is enabled. */
  readonly usage_limit: number | null
  /** Null where the sources differ, or go by their subscription's period. */
  readonly usage_reset_period: AllowanceReset | null
  readonly is_soft_limit: boolean
  readonly static_values: readonly string[]
  readonly config_values: ReadonlyArray<Readonly<Record<string, unknown>>>
}

export interface AggregatedFeature<Entitlement extends GrantedEntitlement = GrantedEntitlement> {
  readonly feature_id: string
  readonly feature_type: FeatureType
  readonly aggregated: AggregatedEntitlement
  readonly sources: ReadonlyArray<EntitlementSource<Entitlement>>
}

/**
 * Which entitlements are at work in each subscription: those of its plan, but for the ones that an
 * entitlement of the subscription's own replaces (be it to disable them), and its own. In the order of
 * the subscriptions, then of the entitlements.
 *
 * @param entitlements of the subscriptions and of their plans, all of them in force
 */
export function entitlementSources<Entitlement extends GrantedEntitlement>(
  subscriptions: readonly EntitledSubscription[],
  entitlements: readonly Entitlement[],
): Array<EntitlementSource<Entitlement>> {
  const ofPlan = Map.groupBy(entitlements, (one) => one.plan_id)
  const ofSubscription = Map.groupBy(entitlements, (one) => one.subscription_id)
  return subscriptions.flatMap(({ id, plan_id }) => {
    const own = ofSubscription.get(id) ?? []
    const replaced = new Set(own.map((one) => one.parent_entitlement_id))
    const inherited = (ofPlan.get(plan_id) ?? []).filter((one) => !replaced.has(one.id))
    return [...inherited, ...own].map((entitlement) => ({ subscription_id: id, entitlement }))
  })
}

/** What the sources grant of each feature, in the order of the features' first sources. */
export function aggregateEntitlements<Entitlement extends GrantedEntitlement>(
  sources: ReadonlyArray<EntitlementSource<Entitlement>>,
): Array<AggregatedFeature<Entitlement>> {
  const byFeature = Map.groupBy(sources, ({ entitlement }) => entitlement.feature_id)
  return [...byFeature].map(([feature_id, ofFeature]) => {
    const [first] = ofFeature
    assert(first, 'a group has a member')
    return {
      feature_id,
      feature_type: first.entitlement.feature_type,
      aggregated: aggregate(ofFeature.map(({ entitlement }) => entitlement)),
      sources: ofFeature,
    }
  })
}

/**
 * Enabled when one of them is; only enabled ones grant. Limits add up, and one without a limit takes the
 * limit off. It is soft when one is, as that one lets usage go on. Values of static and config features
 * are listed once each.
 */
function aggregate(entitlements: readonly GrantedEntitlement[]): AggregatedEntitlement {
  const enabled = entitlements.filter((one) => one.is_enabled)
  const [first] = enabled
  const isSamePeriod = enabled.every((one) => one.usage_reset_period === first?.usage_reset_period)
  return {
    is_enabled: enabled.length > 0,
    usage_limit: sumOfLimits(enabled),
    usage_reset_period: isSamePeriod ? (first?.usage_reset_period ?? null) : null,
    is_soft_limit: enabled.some((one) => one.is_soft_limit),
    static_values: distinct(enabled, (one) => one.static_value),
    config_values: distinct(enabled, (one) => one.config_value),
  }
}

function sumOfLimits(enabled: readonly GrantedEntitlement[]): number | null {
  const sum = enabled.reduce<number | null>(
    (total, { usage_limit: limit }) => (total === null || limit === null ? null : total + limit),
    0,
  )
  assert(sum === null || Number.isSafeInteger(sum), 'each limit is small enough for a sum of thousands')
  return sum
}

function distinct<Value>(
  enabled: readonly GrantedEntitlement[],
  pick: (entitlement: GrantedEntitlement) => Value | null,
): Value[] {
  const values = enabled.flatMap((one) => pick(one) ?? [])
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()]
}
