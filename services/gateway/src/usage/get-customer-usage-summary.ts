import { getCustomerUsageSummary } from '@flexprice/contracts/operations'
import type { AggregatedFeatureResponse, CustomerUsageQuery } from '@flexprice/contracts/usage'
import { type MeterRow, metersById, searchFeatures } from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import type { CustomerRow } from '@flexprice/database/customers'
import { usageFrames } from '@flexprice/database/events'
import { listEntitledSubscriptions, type SubscriptionRow } from '@flexprice/database/subscriptions'
import { assert } from '@flexprice/domain'
import { decimalFromInteger, divideRounded, formatDecimal, type Ratio } from '@flexprice/domain/money'
import { type Grid, later, type Period } from '@flexprice/domain/time'
import { allowancePeriodAt, measureOf, valueWarnings } from '@flexprice/domain/usage'
import { callerDatabase } from '../caller.ts'
import { namedCustomer } from '../customers/named-customer.ts'
import type { Dependencies } from '../dependencies.ts'
import { aggregatedFeatures } from '../entitlements/aggregated-features.ts'
import { type Api, routeOf } from '../route.ts'
import { warningsResponse } from '../warnings-response.ts'
import type { WantedUsage } from './report-plan.ts'
import { reportUsage } from './report-usage.ts'
import { shownQuantity } from './usage-response.ts'

export function getCustomerUsageSummaryRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getCustomerUsageSummary),
    async handler(request, reply) {
      const { query } = request
      const scoped = callerDatabase(database, request)
      const customer = await namedCustomer(scoped, {
        ...{ id: query.customer_id, externalId: query.customer_lookup_key },
        fields: { id: 'customer_id', externalId: 'customer_lookup_key' },
      })
      const now = await readNow(scoped)
      const entitled = await listEntitledSubscriptions(scoped, customer.id, now)
      const wanted = query.subscription_ids && new Set(query.subscription_ids)
      const subscriptions = entitled.filter(({ id }) => wanted === undefined || wanted.has(id))
      const featureIds = await wantedFeatures(scoped, query)
      const features = await aggregatedFeatures(scoped, { subscriptions, featureIds, now })
      const summaries = await summarize(scoped, features, { customer, subscriptions, now })
      const [oldest] = subscriptions
      return reply.send({
        customer_id: customer.id,
        features: summaries,
        pagination: { total: summaries.length, limit: summaries.length, offset: 0 },
        period: oldest && {
          start_time: oldest.current_period_start,
          end_time: oldest.current_period_end,
          period: oldest.billing_period,
        },
      })
    },
  })
}

/** Undefined: all. Lookup keys that no feature has name none. */
async function wantedFeatures(scoped: Scoped, query: CustomerUsageQuery): Promise<string[] | undefined> {
  const { feature_ids: ids, feature_lookup_keys: keys } = query
  if (keys === undefined) return ids
  const { items } = await searchFeatures(scoped, { lookup_keys: keys, limit: keys.length })
  return [...(ids ?? []), ...items.map(({ id }) => id)]
}

interface Entitled {
  readonly customer: CustomerRow
  readonly subscriptions: readonly SubscriptionRow[]
  readonly now: Date
}

/** Of metered features, with one question to the event store for all of them. */
async function summarize(
  scoped: Scoped,
  features: readonly AggregatedFeatureResponse[],
  { customer, subscriptions, now }: Entitled,
) {
  const meters = await metersById(
    scoped,
    features.map(({ feature }) => feature.meter_id ?? null),
  )
  const metered = features.flatMap((one) => {
    const meter = meters.get(one.feature.meter_id ?? '')
    const subscription = subscriptions.find(({ id }) => id === one.sources[0]?.subscription_id)
    return meter && subscription
      ? [{ ...one, meter, period: allowancePeriod(one, subscription, now), subscription }]
      : []
  })
  // As they are billed now; where no price bills the meter, on the grid of the subscription that grants it.
  const frames = await usageFrames(scoped, {
    customerId: customer.id,
    meterIds: metered.map(({ meter }) => meter.id),
    window: { start: now, end: new Date(now.getTime() + 1) },
  })
  const reported = await reportUsage(
    scoped,
    metered.map(({ meter, period, subscription }) => ({
      ...usageSince(meter, period, { customer, subscription, now }),
      frame: frames.get(meter.id) ?? { start: subscription.start_date, grid: gridOf(subscription) },
    })),
  )
  return metered.map(({ feature, entitlement, sources, period, meter }, index) => {
    const usage = reported[index]
    assert(usage, 'what is wanted is reported')
    const { quantity: used, gaps } = usage
    const limit = entitlement.usage_limit
    return {
      ...{ feature, sources, is_enabled: entitlement.is_enabled, is_soft_limit: entitlement.is_soft_limit },
      total_limit: limit,
      is_unlimited: entitlement.is_enabled && limit === undefined,
      current_usage: shownQuantity(used),
      usage_percent: limit ? percent(used, limit) : undefined,
      next_usage_reset_at: entitlement.usage_reset_period === 'NEVER' ? undefined : period.end,
      not_numeric: gaps.notNumeric,
      missing: gaps.missing,
      warnings: warningsResponse(valueWarnings(gaps, { eventCount: usage.eventCount, field: meter.field })),
    }
  })
}

/** On the grid of the first subscription that grants it; of an allowance that is given once, since that one's start. */
function allowancePeriod(
  { entitlement }: AggregatedFeatureResponse,
  subscription: SubscriptionRow,
  now: Date,
): Period {
  return allowancePeriodAt(entitlement.usage_reset_period ?? null, gridOf(subscription), now)
}

function gridOf(subscription: SubscriptionRow): Grid {
  return {
    anchor: subscription.billing_anchor,
    period: subscription.billing_period,
    count: subscription.billing_period_count,
    timeZone: subscription.timezone,
  }
}

function usageSince(
  meter: MeterRow,
  period: Period,
  { customer, subscription, now }: { customer: CustomerRow; subscription: SubscriptionRow; now: Date },
): Omit<WantedUsage, 'frame'> {
  const start = later(period.start, subscription.start_date)
  // An event of this very millisecond counts.
  const window = { start, end: new Date(Math.max(now.getTime(), start.getTime()) + 1) }
  const { timezone: timeZone, billing_anchor: monthAnchor } = subscription
  return {
    externalCustomerId: customer.external_id,
    measure: measureOf(meter, null),
    bucketSize: meter.bucket_size,
    isRunning: meter.reset_usage === 'NEVER',
    period: window,
    cut: { windowSize: null, timeZone, monthAnchor },
  }
}

function percent(used: Ratio, limit: number): string {
  const whole = used.denominator.times(decimalFromInteger(limit))
  return formatDecimal(divideRounded(used.numerator.times(decimalFromInteger(100)), whole, 2))
}
