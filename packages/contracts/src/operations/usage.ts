import { customerUsageQuery, customerUsageSummaryResponse } from '../usage/customer-usage.ts'
import { getUsageBySubscriptionRequest, getUsageBySubscriptionResponse } from '../usage/subscription-usage.ts'
import { getUsageAnalyticsRequest, getUsageAnalyticsResponse } from '../usage/usage-analytics.ts'
import { getUsageByMeterRequest, getUsageRequest, getUsageResponse } from '../usage/usage-report.ts'
import { operation } from '../wire/operation.ts'

export const getUsageStatistics = operation({
  operationId: 'getUsageStatistics',
  method: 'POST',
  path: '/events/usage',
  tag: 'Events',
  summary: "A customer's usage by an event name and an aggregation, in windows if wanted",
  schema: { body: getUsageRequest, response: { 200: getUsageResponse } },
})

export const getUsageByMeter = operation({
  operationId: 'getUsageByMeter',
  method: 'POST',
  path: '/events/usage/meter',
  tag: 'Events',
  summary: "A customer's usage as a meter counts it, in windows if wanted",
  schema: { body: getUsageByMeterRequest, response: { 200: getUsageResponse } },
})

export const getUsageAnalytics = operation({
  operationId: 'getUsageAnalytics',
  method: 'POST',
  path: '/events/analytics',
  tag: 'Events',
  summary: "A customer's usage and its cost by feature, in windows of the customer's time zone",
  schema: { body: getUsageAnalyticsRequest, response: { 200: getUsageAnalyticsResponse } },
})

export const getSubscriptionUsage = operation({
  operationId: 'getSubscriptionUsage',
  method: 'POST',
  path: '/subscriptions/usage',
  tag: 'Subscriptions',
  summary: "What a subscription's usage charges, by line",
  schema: { body: getUsageBySubscriptionRequest, response: { 200: getUsageBySubscriptionResponse } },
})

export const getCustomerUsageSummary = operation({
  operationId: 'getCustomerUsageSummary',
  method: 'GET',
  path: '/customers/usage',
  tag: 'Customers',
  summary: 'What a customer has used of the features that it is entitled to',
  schema: { querystring: customerUsageQuery, response: { 200: customerUsageSummaryResponse } },
})
