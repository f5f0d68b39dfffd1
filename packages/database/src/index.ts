/**
 * All SQL of the project, one file an aggregate, one function a question, over handles that carry
 * their scope. It must never know HTTP or Temporal, never read a clock but in `clock.ts`, and never
 * hand out a connection without a scope: row-level security holds even if a query forgets.
 */
// tidy: long because it is the one list of what the package offers.

export { aggregateUsage, usagePartsMax } from './aggregate-usage.ts'
export { findApiKeyHash } from './api-key-hash.ts'
export {
  type ApiKeyRotation,
  type ApiKeyRow,
  type ApiKeySearch,
  type ApiKeyStatus,
  apiKeyStatus,
  createApiKey,
  hashApiKey,
  type NewApiKey,
  revokeApiKey,
  rotateApiKey,
  searchApiKeys,
} from './api-keys.ts'
export { eventsAppendMax } from './append-events.ts'
export { applySyncPreview, noteSyncOfPreview } from './apply-sync-preview.ts'
export { batchItemError } from './batch-item-error.ts'
export {
  type CalculationItemRow,
  listCalculationItems,
  type NewCalculationItem,
  nextCalculationPage,
  purgeCalculations,
  writeCalculationPage,
} from './calculation-pages.ts'
export {
  beginCalculation,
  type CalculationRow,
  finishCalculation,
  getCalculation,
  getCalculationProgress,
  insertCalculation,
  type NewCalculation,
  sumCalculation,
  sumCalculationByPlan,
} from './calculations.ts'
export {
  type ChargedLine,
  type ChargedSubscription,
  type ChargeFacts,
  type DraftIdentity,
  readChargeFacts,
} from './charge-facts.ts'
export { readNow, readTimeOfDay } from './clock.ts'
export { clonePlan } from './clone-plan.ts'
export {
  type ApiKeyUse,
  createDatabase,
  type Database,
  type DatabaseConfig,
  type FoundApiKey,
  inTransaction,
  type Scoped,
  touchApiKeysMax,
} from './connection.ts'
export {
  type CustomerChanges,
  type CustomerRow,
  type CustomerSearch,
  deleteCustomer,
  getCustomer,
  getCustomerByExternalId,
  insertCustomer,
  type NewCustomer,
  searchCustomers,
  updateCustomer,
} from './customers.ts'
export { type DatabaseSettings, databaseSettings } from './database-settings.ts'
export { replaceDrafts, writeDrafts } from './draft-invoices.ts'
export { type DropEvents, type DroppedEvents, dropEventMonths } from './drop-event-months.ts'
export {
  type EntitlementOverride,
  entitlementsPerInsertMax,
  insertEntitlements,
  insertSubscriptionEntitlements,
  type NewEntitlement,
  overrideProblems,
} from './entitlement-inserts.ts'
export {
  aggregateEachSubscription,
  aggregateSubscriptionEntitlements,
  type EntitlementAggregation,
  type EntitlementSearch,
  listEntitledSubscriptions,
  listPlanEntitlements,
  searchEntitlements,
} from './entitlement-search.ts'
export {
  deleteEntitlement,
  type EntitlementRow,
  getEntitlement,
  shareEntitlements,
  updateEntitlement,
} from './entitlements.ts'
export {
  type EventListQuery,
  type LateEventRow,
  listLateEvents,
  listUnattributedEvents,
  type UnattributedEventRow,
} from './event-attribution.ts'
export { type AppendedEvents, type EventStore, type NewEvent, postgresEventStore } from './event-store.ts'
export {
  type FeatureSearch,
  featuresByMeter,
  listFeatures,
  listUsedFeatures,
  searchFeatures,
} from './feature-search.ts'
export {
  cloneFeature,
  deleteFeature,
  type FeatureChanges,
  type FeatureRow,
  getFeature,
  insertFeature,
  type NewFeature,
  updateFeature,
} from './features.ts'
export { type FullSubscription, getFullSubscription } from './full-subscription.ts'
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
export {
  beginIdempotentWork,
  type IdempotentBegin,
  type IdempotentWork,
  type RequestIdentity,
  type StoredAnswer,
} from './idempotency-keys.ts'
export { bulkIdHead, type IdKind, idPrefixes, newId } from './ids.ts'
export { closeDraft, lockInvoice, takeUsageSnapshot, voidInvoice } from './invoice-states.ts'
export { type InvoiceSummary, summarizeInvoices } from './invoice-summary.ts'
export type { StoredExplanation } from './invoice-tables.ts'
export { insertInvoices, type NewInvoice } from './invoice-writes.ts'
export {
  getInvoice,
  type InvoiceLineItemRow,
  type InvoiceRow,
  type InvoiceSearch,
  listInvoiceLineItems,
  listLatestInvoices,
  searchInvoices,
} from './invoices.ts'
export { keepKey, refuseUsedKey } from './key-uses.ts'
export { insertLineItem, type NewLineItem } from './line-item-additions.ts'
export { type LineItemEdit, updateLineItem } from './line-item-edits.ts'
export { endLineItem, type LineItemEnd } from './line-item-ends.ts'
export {
  getLineItem,
  type LineItemRow,
  type LineItemSearch,
  listLineItems,
  searchLineItems,
} from './line-item-search.ts'
export { type MeterRow, metersById, type NewMeter } from './meters.ts'
export {
  countLiveSubscriptions,
  deletePlan,
  getPlan,
  insertPlan,
  type NewPlan,
  type PlanChanges,
  type PlanRow,
  type PlanSearch,
  searchPlans,
  updatePlan,
} from './plans.ts'
export { endPrice, type PriceChanges, type PriceEdit, type PriceEnd, updatePrice } from './price-edits.ts'
export {
  editMoney,
  moneyProblems,
  type PriceMoney,
  touchesMoney,
} from './price-money.ts'
export type { PriceSyncCounts } from './price-sync-counts.ts'
export { type PriceSyncRun, syncPriceSlicePage } from './price-sync-page.ts'
export { getPriceSyncProgress, type PriceSyncRunProgress } from './price-sync-progress.ts'
export {
  finishPriceSyncRun,
  getPriceSyncRun,
  type PriceSyncStart,
  startPriceSyncRun,
} from './price-sync-run.ts'
export { getPriceSyncStatus, type PriceSyncStatus } from './price-sync-status.ts'
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
export type { EventKey, EventPage, EventQuery, EventRow } from './read-events.ts'
export { refuseUnknownSubscriptions } from './refuse-unknown-subscriptions.ts'
export {
  pageSizeDefault,
  pageSizeMax,
  type Search,
  type SearchPage,
  type SortCondition,
  type SortDirection,
} from './search.ts'
export type { FilterCondition, FilterOperator, FilterValue } from './search-filter.ts'
export {
  type BatchItem,
  type BatchItemOutcome,
  type BatchProgress,
  finishBatchItems,
  getBatchProgress,
  listBatchOutcomes,
  lockBatch,
  type NewBatchItem,
  nextBatchItems,
  storeBatch,
} from './subscription-batches.ts'
export {
  insertSubscriptionCreations,
  type NewLine,
  type OwnPrice,
  type SubscriptionCreation,
} from './subscription-creation.ts'
export { type Draft, getDraft, replaceDraft } from './subscription-drafts.ts'
export {
  type CustomerFacts,
  type FactsWanted,
  type PlanFacts,
  readSubscriptionFacts,
  type SubscriptionFacts,
} from './subscription-facts.ts'
export {
  getSubscription,
  type SubscriptionRow,
  type SubscriptionSearch,
  searchSubscriptions,
} from './subscription-search.ts'
export { insertSubscriptions, type NewSubscription, subscriptionsInsertMax } from './subscriptions.ts'
export {
  changedSince,
  type EditedPlan,
  listOverriddenRoots,
  planSyncPreview,
  type SyncPreviewEdit,
} from './sync-preview-edits.ts'
export {
  getSyncPreviewProgress,
  listSyncPreviewItems,
  type SyncPreviewItemRow,
  type SyncPreviewProgress,
} from './sync-preview-items.ts'
export {
  beginSyncPreview,
  finishSyncPreview,
  type NewSyncPreviewItem,
  nextSyncPreviewPage,
  purgeSyncPreviews,
  type SyncPreviewPage,
  writeSyncPreviewPage,
} from './sync-preview-run.ts'
export type { PreviewedPrice, StoredPriceEdit, SyncPreviewSummary } from './sync-preview-tables.ts'
export {
  editsOf,
  getSyncPreview,
  type NewSyncPreview,
  type SyncPreviewRow,
  storeSyncPreview,
} from './sync-previews.ts'
export { createEnvironment, createTenant } from './tenancy.ts'
export { getTenant, type TenantChanges, type TenantRow, updateTenant } from './tenants.ts'
export { voidEvent } from './void-event.ts'
