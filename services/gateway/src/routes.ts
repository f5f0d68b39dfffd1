// tidy: long because it is the one list of all routes.
import { createApiKeyRoute } from './api-keys/create-api-key.ts'
import { deleteApiKeyRoute } from './api-keys/delete-api-key.ts'
import { listApiKeysRoute } from './api-keys/list-api-keys.ts'
import { rotateApiKeyRoute } from './api-keys/rotate-api-key.ts'
import { cancelBillingRunRoute } from './billing/cancel-billing-run.ts'
import { createBillingRunRoute } from './billing/create-billing-run.ts'
import { getBillingRunRoute } from './billing/get-billing-run.ts'
import { listBillingFailuresRoute } from './billing/list-billing-failures.ts'
import { listBillingRunsRoute } from './billing/list-billing-runs.ts'
import { retryBillingFailureRoute } from './billing/retry-billing-failure.ts'
import { bulkChangeRoutes } from './bulk-changes/bulk-change-routes.ts'
import { createCalculationRoute } from './calculations/create-calculation.ts'
import { downloadCalculationRoute } from './calculations/download-calculation.ts'
import { getCalculationRoute } from './calculations/get-calculation.ts'
import { listCalculationItemsRoute } from './calculations/list-calculation-items.ts'
import type { AppConfig } from './config.ts'
import { creditGrantRoutes } from './credit-grants/credit-grant-routes.ts'
import { createCreditNoteRoute } from './credit-notes/create-credit-note.ts'
import { getCreditNoteRoute } from './credit-notes/get-credit-note.ts'
import { getRefundRoute } from './credit-notes/get-refund.ts'
import { listRefundsRoute } from './credit-notes/list-refunds.ts'
import { processCreditNoteRoute } from './credit-notes/process-credit-note.ts'
import { voidCreditNoteRoute } from './credit-notes/void-credit-note.ts'
import { createCustomerRoute } from './customers/create-customer.ts'
import { deleteCustomerRoute } from './customers/delete-customer.ts'
import { getCustomerRoute } from './customers/get-customer.ts'
import { getCustomerByExternalIdRoute } from './customers/get-customer-by-external-id.ts'
import { queryCustomerRoute } from './customers/query-customer.ts'
import { updateCustomerRoute } from './customers/update-customer.ts'
import type { Dependencies } from './dependencies.ts'
import { createEntitlementRoute } from './entitlements/create-entitlement.ts'
import { createEntitlementsBulkRoute } from './entitlements/create-entitlements-bulk.ts'
import { deleteEntitlementRoute } from './entitlements/delete-entitlement.ts'
import { getCustomerEntitlementsRoute } from './entitlements/get-customer-entitlements.ts'
import { getCustomerEntitlementsByExternalIdRoute } from './entitlements/get-customer-entitlements-by-external-id.ts'
import { getEntitlementRoute } from './entitlements/get-entitlement.ts'
import { getPlanEntitlementsRoute } from './entitlements/get-plan-entitlements.ts'
import { getSubscriptionEntitlementsRoute } from './entitlements/get-subscription-entitlements.ts'
import { queryEntitlementRoute } from './entitlements/query-entitlement.ts'
import { updateEntitlementRoute } from './entitlements/update-entitlement.ts'
import { getEnvironmentClockRoute } from './environments/get-environment-clock.ts'
import { getEnvironmentSettingsRoute } from './environments/get-environment-settings.ts'
import { moveEnvironmentClockRoute } from './environments/move-environment-clock.ts'
import { updateEnvironmentSettingsRoute } from './environments/update-environment-settings.ts'
import { getEventRoute } from './events/get-event.ts'
import { ingestRoutes } from './events/ingest-routes.ts'
import { listEventConflictsRoute } from './events/list-event-conflicts.ts'
import { listLateEventsRoute } from './events/list-late-events.ts'
import { listRawEventsRoute } from './events/list-raw-events.ts'
import { listUnattributedEventsRoute } from './events/list-unattributed-events.ts'
import { voidEventRoute } from './events/void-event.ts'
import { cloneFeatureRoute } from './features/clone-feature.ts'
import { createFeatureRoute } from './features/create-feature.ts'
import { deleteFeatureRoute } from './features/delete-feature.ts'
import { getFeatureRoute } from './features/get-feature.ts'
import { queryFeatureRoute } from './features/query-feature.ts'
import { updateFeatureRoute } from './features/update-feature.ts'
import { uploadFileRoute } from './files/upload-file.ts'
import { createGroupRoute } from './groups/create-group.ts'
import { deleteGroupRoute } from './groups/delete-group.ts'
import { getGroupRoute } from './groups/get-group.ts'
import { queryGroupRoute } from './groups/query-group.ts'
import { createInvoiceRoute } from './invoices/create-invoice.ts'
import { explainInvoiceRoute } from './invoices/explain-invoice.ts'
import { finalizeInvoiceRoute } from './invoices/finalize-invoice.ts'
import { getCustomerInvoiceSummaryRoute } from './invoices/get-customer-invoice-summary.ts'
import { getInvoiceRoute } from './invoices/get-invoice.ts'
import { getInvoicePreviewRoute } from './invoices/get-invoice-preview.ts'
import { queryInvoiceRoute } from './invoices/query-invoice.ts'
import { recalculateInvoiceRoute } from './invoices/recalculate-invoice.ts'
import { recalculateInvoiceV2Route } from './invoices/recalculate-invoice-v2.ts'
import { updateInvoiceRoute } from './invoices/update-invoice.ts'
import { updateInvoicePaymentStatusRoute } from './invoices/update-invoice-payment-status.ts'
import { voidInvoiceRoute } from './invoices/void-invoice.ts'
import type { LongWork } from './long-work.ts'
import { attemptInvoicePaymentRoute } from './payments/attempt-invoice-payment.ts'
import { createPaymentRoute } from './payments/create-payment.ts'
import { deletePaymentRoute } from './payments/delete-payment.ts'
import { getPaymentRoute } from './payments/get-payment.ts'
import { listPaymentsRoute } from './payments/list-payments.ts'
import { processPaymentRoute } from './payments/process-payment.ts'
import { updatePaymentRoute } from './payments/update-payment.ts'
import { clonePlanRoute } from './plans/clone-plan.ts'
import { createPlanRoute } from './plans/create-plan.ts'
import { deletePlanRoute } from './plans/delete-plan.ts'
import { downloadSyncPreviewRoute } from './plans/download-sync-preview.ts'
import { getPlanRoute } from './plans/get-plan.ts'
import { getSyncPreviewRoute } from './plans/get-sync-preview.ts'
import { listSyncPreviewItemsRoute } from './plans/list-sync-preview-items.ts'
import { previewPlanSyncRoute } from './plans/preview-plan-sync.ts'
import { queryPlanRoute } from './plans/query-plan.ts'
import { syncPlanPricesRoute } from './plans/sync-plan-prices.ts'
import { updatePlanRoute } from './plans/update-plan.ts'
import { createPriceRoute } from './prices/create-price.ts'
import { createPricesBulkRoute } from './prices/create-prices-bulk.ts'
import { deletePriceRoute } from './prices/delete-price.ts'
import { getPriceRoute } from './prices/get-price.ts'
import { getPriceByLookupKeyRoute } from './prices/get-price-by-lookup-key.ts'
import { queryPriceRoute } from './prices/query-price.ts'
import { updatePriceRoute } from './prices/update-price.ts'
import { refuseUnbuilt } from './refuse-unbuilt.ts'
import type { Api } from './route.ts'
import { subscriptionChangeRoutes } from './subscription-changes/subscription-change-routes.ts'
import { scheduleRoutes } from './subscription-schedules/schedule-routes.ts'
import { activateSubscriptionRoute } from './subscriptions/activate-subscription.ts'
import { createSubscriptionRoute } from './subscriptions/create-subscription.ts'
import { createSubscriptionLineItemRoute } from './subscriptions/create-subscription-line-item.ts'
import { createSubscriptionsBulkRoute } from './subscriptions/create-subscriptions-bulk.ts'
import { deleteSubscriptionLineItemRoute } from './subscriptions/delete-subscription-line-item.ts'
import { getSubscriptionRoute } from './subscriptions/get-subscription.ts'
import { getSubscriptionV2Route } from './subscriptions/get-subscription-v2.ts'
import { getSubscriptionsForCustomerRoute } from './subscriptions/get-subscriptions-for-customer.ts'
import { querySubscriptionRoute } from './subscriptions/query-subscription.ts'
import { querySubscriptionLineItemsRoute } from './subscriptions/query-subscription-line-items.ts'
import { updateSubscriptionLineItemRoute } from './subscriptions/update-subscription-line-item.ts'
import { taskRoutes } from './tasks/task-routes.ts'
import { getTenantByIdRoute } from './tenants/get-tenant-by-id.ts'
import { getUserInfoRoute } from './tenants/get-user-info.ts'
import { updateTenantRoute } from './tenants/update-tenant.ts'
import { getCustomerUsageSummaryRoute } from './usage/get-customer-usage-summary.ts'
import { getSubscriptionUsageRoute } from './usage/get-subscription-usage.ts'
import { getUsageAnalyticsRoute } from './usage/get-usage-analytics.ts'
import { getUsageByMeterRoute } from './usage/get-usage-by-meter.ts'
import { getUsageStatisticsRoute } from './usage/get-usage-statistics.ts'
import { walletRoutes } from './wallets/wallet-routes.ts'
import { cancelWorkflowRoute } from './workflows/cancel-workflow.ts'
import { getTaskResultRoute } from './workflows/get-task-result.ts'
import { getWorkflowRoute } from './workflows/get-workflow.ts'
import { listQueuesRoute } from './workflows/list-queues.ts'
import { queryWorkflowRoute } from './workflows/query-workflow.ts'
import { streamWorkflowEventsRoute } from './workflows/stream-workflow-events.ts'

/** Every operation of the contracts, a test holds this list against theirs; and those that are still to be built. */
export function registerRoutes(
  api: Api,
  deps: Dependencies & { readonly longWork: LongWork },
  config: AppConfig,
  closing: AbortSignal,
): void {
  for (const register of routes) register(api, deps)
  ingestRoutes(api, deps, config)
  uploadFileRoute(api, deps, config, closing)
  for (const register of waitingRoutes) register(api, deps, config, closing)
  refuseUnbuilt(api)
}

const routes: ReadonlyArray<(api: Api, deps: Dependencies) => void> = [
  createApiKeyRoute,
  listApiKeysRoute,
  rotateApiKeyRoute,
  deleteApiKeyRoute,
  cancelBillingRunRoute,
  createBillingRunRoute,
  getBillingRunRoute,
  listBillingFailuresRoute,
  listBillingRunsRoute,
  retryBillingFailureRoute,
  getEnvironmentClockRoute,
  moveEnvironmentClockRoute,
  createCreditNoteRoute,
  getCreditNoteRoute,
  processCreditNoteRoute,
  voidCreditNoteRoute,
  getRefundRoute,
  listRefundsRoute,
  ...creditGrantRoutes,
  createPaymentRoute,
  deletePaymentRoute,
  getPaymentRoute,
  listPaymentsRoute,
  processPaymentRoute,
  attemptInvoicePaymentRoute,
  updatePaymentRoute,
  updateInvoicePaymentStatusRoute,
  getEnvironmentSettingsRoute,
  updateEnvironmentSettingsRoute,
  getTenantByIdRoute,
  updateTenantRoute,
  getUserInfoRoute,
  createCustomerRoute,
  getCustomerRoute,
  getCustomerByExternalIdRoute,
  queryCustomerRoute,
  updateCustomerRoute,
  deleteCustomerRoute,
  listRawEventsRoute,
  getEventRoute,
  listUnattributedEventsRoute,
  listLateEventsRoute,
  listEventConflictsRoute,
  voidEventRoute,
  createFeatureRoute,
  getFeatureRoute,
  queryFeatureRoute,
  updateFeatureRoute,
  deleteFeatureRoute,
  cloneFeatureRoute,
  createGroupRoute,
  getGroupRoute,
  queryGroupRoute,
  deleteGroupRoute,
  createPlanRoute,
  getPlanRoute,
  queryPlanRoute,
  updatePlanRoute,
  deletePlanRoute,
  clonePlanRoute,
  syncPlanPricesRoute,
  previewPlanSyncRoute,
  getSyncPreviewRoute,
  listSyncPreviewItemsRoute,
  downloadSyncPreviewRoute,
  createPriceRoute,
  createPricesBulkRoute,
  getPriceRoute,
  getPriceByLookupKeyRoute,
  queryPriceRoute,
  updatePriceRoute,
  deletePriceRoute,
  createEntitlementRoute,
  createEntitlementsBulkRoute,
  deleteEntitlementRoute,
  getCustomerEntitlementsRoute,
  getCustomerEntitlementsByExternalIdRoute,
  getEntitlementRoute,
  getPlanEntitlementsRoute,
  getSubscriptionEntitlementsRoute,
  queryEntitlementRoute,
  updateEntitlementRoute,
  createSubscriptionsBulkRoute,
  ...bulkChangeRoutes,
  getSubscriptionRoute,
  getSubscriptionV2Route,
  ...scheduleRoutes,
  querySubscriptionRoute,
  querySubscriptionLineItemsRoute,
  getSubscriptionsForCustomerRoute,
  createInvoiceRoute,
  updateInvoiceRoute,
  getInvoiceRoute,
  queryInvoiceRoute,
  explainInvoiceRoute,
  recalculateInvoiceRoute,
  voidInvoiceRoute,
  createCalculationRoute,
  getCalculationRoute,
  listCalculationItemsRoute,
  downloadCalculationRoute,
  getCustomerInvoiceSummaryRoute,
  getUsageStatisticsRoute,
  getUsageByMeterRoute,
  getUsageAnalyticsRoute,
  getSubscriptionUsageRoute,
  getCustomerUsageSummaryRoute,
  ...walletRoutes,
  ...taskRoutes,
  getWorkflowRoute,
  queryWorkflowRoute,
  cancelWorkflowRoute,
  listQueuesRoute,
]

/** Those that wait for a workflow: no longer than the limit, and not when the process is to stop. */
const waitingRoutes: ReadonlyArray<
  (api: Api, deps: Dependencies, config: AppConfig, closing: AbortSignal) => void
> = [
  getTaskResultRoute,
  streamWorkflowEventsRoute,
  createSubscriptionRoute,
  activateSubscriptionRoute,
  getInvoicePreviewRoute,
  recalculateInvoiceV2Route,
  finalizeInvoiceRoute,
  createSubscriptionLineItemRoute,
  updateSubscriptionLineItemRoute,
  deleteSubscriptionLineItemRoute,
  ...subscriptionChangeRoutes,
]
