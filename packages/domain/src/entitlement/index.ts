/** What a feature grants, and what several grants add up to. */
export {
  type AggregatedEntitlement,
  type AggregatedFeature,
  aggregateEntitlements,
  type EntitledSubscription,
  type EntitlementSource,
  entitlementSources,
} from './aggregate-entitlements.ts'
export {
  type AllowanceReset,
  allowanceResets,
  changedEntitlementTerms,
  type EntitlementChanges,
  type EntitlementTerms,
  newEntitlementTerms,
  usageLimitMax,
  validateEntitlementTerms,
} from './entitlement-terms.ts'
export { type FeatureTerms, type FeatureType, featureTypes, validateFeatureTerms } from './feature-terms.ts'
