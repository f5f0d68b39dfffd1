import { aggregationTypes } from '@flexprice/domain/price'
import { z } from 'zod'
import { reportingUnit } from '../catalog/feature.ts'
import { bucketSize } from '../catalog/meter.ts'
import { instant } from '../wire/instant.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { identifier, identifiers } from '../wire/text.ts'
import { warnings } from '../wire/warning.ts'
import { propertyFilters } from './usage-report.ts'

const namesMax = 20
const propertyPrefix = 'properties.'

/** The property that usage is to be grouped by, of a name as `properties.region`; undefined for another name. */
export function propertyOf(name: string): string | undefined {
  return name.startsWith(propertyPrefix) && name.length > propertyPrefix.length
    ? name.slice(propertyPrefix.length)
    : undefined
}

/**
 * Of one customer, who must be named, by feature: those that its subscriptions meter, unless they are named. By source
 * or properties each of them is told apart further. Empty lists narrow nothing.
 */
export const getUsageAnalyticsRequest = z.strictObject({
  external_customer_id: identifier.optional(),
  feature_ids: identifiers.optional(),
  start_time: instant.optional(),
  end_time: instant.optional(),
  window_size: bucketSize.optional(),
  property_filters: propertyFilters.optional(),
  group_by: z
    .array(identifier)
    .max(namesMax)
    .check((context) => {
      for (const [index, name] of context.value.entries()) {
        if (name === 'feature_id' || name === 'source' || propertyOf(name) !== undefined) continue
        const message = 'must be feature_id, source, or a property as properties.region'
        context.issues.push({ code: 'custom', input: name, path: [index], message })
      }
    })
    .optional(),
  sources: identifiers.optional(),
  expand: notBuilt(identifiers),
  include_children: notBuilt(z.boolean()),
  breakdown_bucket: notBuilt(z.boolean()),
})
export type GetUsageAnalyticsRequest = z.output<typeof getUsageAnalyticsRequest>

const usageAnalyticPoint = z
  .object({
    timestamp: instant,
    usage: z.string(),
    event_count: z.int(),
    cost: z.string().optional(),
    discount: z.string().optional(),
    subtotal: z.string().optional(),
    buckets: z.array(laterObject('PointBucket')).optional(),
    computed_commitment_utilized_amount: z.string().optional(),
    computed_overage_amount: z.string().optional(),
    computed_true_up_amount: z.string().optional(),
  })
  .meta({ id: 'UsageAnalyticPoint' })

/** A feature's usage. Its cost is what the customer's lines charge of it in the same time, allowances taken off. */
const usageAnalyticItem = z
  .object({
    feature_id: z.string(),
    name: z.string(),
    external_customer_id: z.string(),
    event_name: z.string(),
    meter_id: z.string(),
    aggregation_type: z.enum(aggregationTypes),
    unit: z.string().optional(),
    unit_plural: z.string().optional(),
    reporting_unit: reportingUnit.optional(),
    window_size: bucketSize.optional(),
    total_usage: z.string(),
    total_usage_display: z.string().optional(),
    event_count: z.int(),
    points: z.array(usageAnalyticPoint),
    // Ours: events whose value is no number, and those that have not the property.
    not_numeric: z.int().optional(),
    missing: z.int().optional(),
    warnings,
    currency: z.string().optional(),
    subtotal: z.string().optional(),
    total_discount: z.string().optional(),
    total_cost: z.string().optional(),
    add_on_id: z.string().optional(),
    plan_id: z.string().optional(),
    price_id: z.string().optional(),
    source: z.string().optional(),
    sources: z.array(z.string()).optional(),
    sub_line_item_id: z.string().optional(),
    subscription_id: z.string().optional(),
    properties: z.record(z.string(), z.string()).optional(),
    addon: laterObject('Addon').optional(),
    bucket_summaries: z.array(laterObject('BucketSummary')).optional(),
    commitment_info: laterObject('CommitmentInfo').optional(),
    feature: laterObject('Feature').optional(),
    group: laterObject('GroupGroup').optional(),
    meter: laterObject('Meter').optional(),
    plan: laterObject('Plan').optional(),
    price: laterObject('PriceResponse').optional(),
    subscription_line_item: laterObject('SubscriptionSubscriptionLineItem').optional(),
  })
  .meta({ id: 'UsageAnalyticItem' })

/** The sums are left out where the customer's subscriptions have several currencies, or none. */
export const getUsageAnalyticsResponse = z
  .object({
    items: z.array(usageAnalyticItem),
    currency: z.string().optional(),
    subtotal: z.string().optional(),
    total_discount: z.string().optional(),
    total_cost: z.string().optional(),
    custom_analytics: z.array(laterObject('CustomAnalyticItem')).optional(),
  })
  .meta({ id: 'GetUsageAnalyticsResponse' })
export type GetUsageAnalyticsResponse = z.output<typeof getUsageAnalyticsResponse>
