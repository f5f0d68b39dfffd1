/** Usage reports and analytics. */
export type { AggregatedFeatureResponse } from './aggregated-entitlement.ts'
export type { CustomerUsageQuery } from './customer-usage.ts'
export { propertyOf, usageGroupsMax } from './group-by.ts'
export type { CostGap, GetUsageAnalyticsRequest, GetUsageAnalyticsResponse } from './usage-analytics.ts'
export type { GetUsageRequest, GetUsageResponse } from './usage-report.ts'
