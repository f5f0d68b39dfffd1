/**
 * The HTTP API's resources and operations as zod schemas: the one source of validation, OpenAPI and
 * types. Field for field the published contract (`published-contract.json` holds its facts, a test
 * compares), plus what we add. It must never import Temporal, Fastify or Kysely.
 * Workflow definitions are reached by the subpath `/workflows`.
 */
export type { AggregatedFeatureResponse } from './aggregated-entitlement.ts'
export { overlapSecondsMax, type SecretResponse } from './api-key.ts'
export type { CreateCalculationRequest } from './calculation.ts'
export {
  type CreateCustomerRequest,
  type CustomerFilter,
  type CustomerResponse,
  contactPersons,
  type UpdateCustomerRequest,
} from './customer.ts'
export type { CustomerUsageQuery } from './customer-usage.ts'
export type { CreateEntitlementRequest, EntitlementResponse } from './entitlement.ts'
export { type ErrorResponse, errorResponse, publishedErrorCode } from './error.ts'
export {
  type EventResponse,
  eventPropertiesBytesMax,
  eventsBulkMax,
  type GetEventsRequest,
  type GetEventsResponse,
  ingestEventRequest,
} from './event.ts'
export { ExactNumber } from './exact-number.ts'
export type { CreateFeatureRequest, FeatureResponse, UpdateFeatureRequest } from './feature.ts'
export { refusalOf } from './field-problems.ts'
export type { GroupResponse } from './group.ts'
export { type InvoiceFilter, type InvoiceResponse, invoiceResponse } from './invoice.ts'
export type { InvoiceLineItemResponse } from './invoice-line-item.ts'
export type {
  CreateSubscriptionLineItemRequest,
  UpdateSubscriptionLineItemRequest,
} from './line-item-change.ts'
export type { CreateMeterRequest, MeterResponse } from './meter.ts'
export { notBuiltFields, notImplementedIssue } from './not-built.ts'
export { type Operation, type OperationSchema, operation } from './operation.ts'
export * from './operations/api-keys.ts'
export * from './operations/calculations.ts'
export * from './operations/customers.ts'
export * from './operations/entitlements.ts'
export * from './operations/events.ts'
export * from './operations/features.ts'
export * from './operations/groups.ts'
export * from './operations/invoices.ts'
export * from './operations/plans.ts'
export * from './operations/prices.ts'
export * from './operations/subscriptions.ts'
export * from './operations/sync-previews.ts'
export * from './operations/tenants.ts'
export * from './operations/usage.ts'
export * from './operations/workflows.ts'
export { operations } from './operations.ts'
export { needsExactJson, parseExactJson } from './parse-exact-json.ts'
export type { CreatePlanRequest, PlanFilter, PlanResponse, UpdatePlanRequest } from './plan.ts'
export { type CreatePriceRequest, type PriceFilter, priceTerms, type UpdatePriceRequest } from './price.ts'
export type { OverrideLineItem } from './price-override.ts'
export type { LinePrice, PriceResponse } from './price-response.ts'
export type { FilterCondition, SortCondition } from './search.ts'
export type { SubscriptionFilter, SubscriptionResponse } from './subscription.ts'
export {
  type CreateSubscriptionRequest,
  createSubscriptionRequest,
  itemIdempotencyKey,
} from './subscription-create.ts'
export type { SubscriptionLineItemFilter, SubscriptionLineItemResponse } from './subscription-line-item.ts'
export type { SubscriptionPrice } from './subscription-price.ts'
export { type TenantResponse, tenantBillingDetails } from './tenant.ts'
export type { GetUsageAnalyticsRequest, GetUsageAnalyticsResponse } from './usage-analytics.ts'
export type { GetUsageRequest, GetUsageResponse } from './usage-report.ts'
export { toWireSchema, type WireSchema } from './wire-schema.ts'
export {
  type WorkflowResultResponse,
  type WorkflowStatus,
  workflowStarted,
  workflowStatus,
} from './workflow-execution.ts'
