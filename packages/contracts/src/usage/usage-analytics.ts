import { aggregationTypes } from '@flexprice/domain/price'
import { z } from 'zod'
import { reportingUnit } from '../catalog/feature.ts'
import { bucketSize } from '../catalog/meter.ts'
import { instant } from '../wire/instant.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { identifier, identifiers } from '../wire/text.ts'
import { warnings } from '../wire/warning.ts'
import { groupBy, groupedBy, groupPage, groupPaging } from './group-by.ts'
import { propertyFilters } from './usage-report.ts'

/**
 * Of one customer by feature: those that its subscriptions meter, unless they are named. By source, properties or customer
 * each of them is told apart further. Without a customer, which only a report that is grouped may be, of every customer's
 * events together. Empty lists narrow nothing.
 */
export const getUsageAnalyticsRequest = z.strictObject({
  external_customer_id: identifier.optional(),
  feature_ids: identifiers.optional(),
  start_time: instant.optional(),
  end_time: instant.optional(),
  window_size: bucketSize.optional(),
  property_filters: propertyFilters.optional(),
  group_by: groupBy(['feature_id', 'source', 'external_customer_id']),
  ...groupPage,
  sources: identifiers.optional(),
  expand: notBuilt(identifiers),
  include_children: notBuilt(z.boolean()),
  breakdown_bucket: notBuilt(z.boolean()),
})
export type GetUsageAnalyticsRequest = z.output<typeof getUsageAnalyticsRequest>

/** Why a cost cannot be told: of the whole report, of a feature, or of its groups. */
const costGaps = [
  'every_customer',
  'filtered',
  'no_subscription',
  'many_subscriptions',
  'several_currencies',
  'not_rated',
  'part_of_period',
  'tiers',
  'package',
  'allowance',
  'no_sum',
  'negative_quantity',
] as const
export type CostGap = (typeof costGaps)[number]

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

/** Why there is no `total_cost`. */
const costUnavailable = z
  .object({ code: z.enum(costGaps), message: z.string() })
  .meta({ id: 'CostUnavailable' })

/** A feature's usage. Its cost is what the bill charges of it for that time, allowances taken off; else it has another name. */
const usageAnalyticItem = z
  .object({
    feature_id: z.string(),
    name: z.string(),
    external_customer_id: z.string().optional(),
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
    /** Ours: of a group, its part of the charges before their one rounding; the groups' add up to the feature's. */
    exact_cost: z.string().optional(),
    /** Ours: what a part of a period would be charged if it were all of it. */
    standalone_cost: z.string().optional(),
    cost_unavailable: costUnavailable.optional(),
    grouped_by: groupedBy.optional(),
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

/** The sums are left out where a cost is; `cost_unavailable` says why. */
export const getUsageAnalyticsResponse = z
  .object({
    items: z.array(usageAnalyticItem),
    currency: z.string().optional(),
    subtotal: z.string().optional(),
    total_discount: z.string().optional(),
    total_cost: z.string().optional(),
    standalone_cost: z.string().optional(),
    cost_unavailable: costUnavailable.optional(),
    /** Ours: features whose usage is no figure of all customers together. */
    skipped_features: z
      .array(z.object({ feature_id: z.string(), reason: z.enum(['no_sum']), message: z.string() }))
      .optional(),
    ...groupPaging,
    custom_analytics: z.array(laterObject('CustomAnalyticItem')).optional(),
  })
  .meta({ id: 'GetUsageAnalyticsResponse' })
export type GetUsageAnalyticsResponse = z.output<typeof getUsageAnalyticsResponse>
