/** What is sold: features with their meters, groups, plans and prices with their successors. */
export { clonePlan } from './clone-plan.ts'
export { deletePrices } from './delete-prices.ts'
export { featureChanges, newFeature } from './feature-columns.ts'
export {
  type FeatureSearch,
  featuresByMeter,
  listFeatures,
  listMeteredFeatures,
  listUsedFeatures,
  searchFeatures,
  usedFeaturesMax,
} from './feature-search.ts'
export {
  cloneFeature,
  deleteFeature,
  type FeatureChanges,
  type FeatureRow,
  getFeature,
  insertFeature,
  meterIdsByFeatureKey,
  type NewFeature,
  updateFeature,
} from './features.ts'
export {
  deleteGroup,
  type GroupRow,
  type GroupSearch,
  getGroup,
  groupEntitiesMax,
  groupsById,
  insertGroup,
  listGroupEntities,
  type NewGroup,
  searchGroups,
} from './groups.ts'
export { importFeatures } from './import-features.ts'
export { importPrices } from './import-prices.ts'
export type { ImportedFeature } from './imported-features.ts'
export type { ImportedPrice } from './imported-prices.ts'
export { type MeterRow, metersById, type NewMeter } from './meters.ts'
export { moneyChanges, storedTiers } from './money-changes.ts'
export {
  countLiveSubscriptions,
  deletePlan,
  getPlan,
  insertPlan,
  type NewPlan,
  type PlanChanges,
  type PlanRow,
  type PlanSearch,
  planIdsByLookupKey,
  searchPlans,
  updatePlan,
} from './plans.ts'
export { planPrice, priceChanges, priceColumns } from './price-columns.ts'
export { endPrice, type PriceEdit, type PriceEnd, updatePrice } from './price-edits.ts'
export { editMoney, moneyProblems, touchesMoney } from './price-money.ts'
export {
  getPrice,
  getPriceByLookupKey,
  insertPrices,
  listPlanPrices,
  type NewPrice,
  type PriceRow,
  type PriceSearch,
  pricesPerInsertMax,
  searchPrices,
} from './prices.ts'
