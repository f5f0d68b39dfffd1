/** Usage reports and analytics. */
export type { AggregatedFeatureResponse } from './aggregated-entitlement.ts'
export type { CustomerUsageQuery } from './customer-usage.ts'
export {
  type GetUsageAnalyticsRequest,
  type GetUsageAnalyticsResponse,
  propertyOf,
} from './usage-analytics.ts'
export type { GetUsageRequest, GetUsageResponse } from './usage-report.ts'
