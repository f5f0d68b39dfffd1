import { getUsageAnalytics } from '@flexprice/contracts/operations'
import type { GetUsageAnalyticsRequest, GetUsageAnalyticsResponse } from '@flexprice/contracts/usage'
import {
  type FeatureRow,
  listFeatures,
  listUsedFeatures,
  type MeterRow,
  metersById,
} from '@flexprice/database/catalog'
import { readNow, type Scoped } from '@flexprice/database/connection'
import { type CustomerRow, getCustomerByExternalId } from '@flexprice/database/customers'
import { invalid } from '@flexprice/domain'
import { type Decimal, formatDecimal, sumDecimals } from '@flexprice/domain/money'
import type { BucketSize } from '@flexprice/domain/price'
import type { Period } from '@flexprice/domain/time'
import { notNumericWarnings } from '@flexprice/domain/usage'
import { callerDatabase } from '../caller.ts'
import type { Dependencies } from '../dependencies.ts'
import { type Api, routeOf } from '../route.ts'
import { warningsResponse } from '../warnings-response.ts'
import { meterMeasure } from './meter-measure.ts'
import { meteredUsage } from './metered-usage.ts'
import { reportedPeriod, reportedWindows } from './report-request.ts'
import { type ReportedUsage, reportUsage } from './report-usage.ts'
import { type UsageCosts, usageCosts } from './usage-costs.ts'
import { shownQuantity } from './usage-response.ts'

export function getUsageAnalyticsRoute(api: Api, { database }: Pick<Dependencies, 'database'>): void {
  api.route({
    ...routeOf(getUsageAnalytics),
    async handler(request, reply) {
      const { body } = request
      const scoped = callerDatabase(database, request)
      const { external_customer_id: externalId } = body
      if (externalId === undefined) throw invalid([{ path: 'external_customer_id', message: 'is required' }])
      const customer = await getCustomerByExternalId(scoped, externalId)
      const period = reportedPeriod(body, await readNow(scoped))
      const metered = await meteredFeatures(scoped, customer, body.feature_ids)
      const cut = reportedWindows(body, { customer, start: period.start })
      const measured = metered.map(({ meter }) => ({
        meter,
        measure: meterMeasure(meter, body.property_filters, 'property_filters'),
      }))
      const wanted = await meteredUsage(scoped, measured, { customer, period, cut })
      const reported = await reportUsage(scoped, wanted)
      const costs = await costsOf(scoped, customer, { body, period })
      return reply.send(
        analyticsResponse(metered, reported, { customer, windowSize: body.window_size, costs }),
      )
    },
  })
}

/** Lines bill by their own filters: what a part of the properties costs cannot be told. */
async function costsOf(
  scoped: Scoped,
  customer: CustomerRow,
  { body, period }: { body: GetUsageAnalyticsRequest; period: Period },
): Promise<UsageCosts | undefined> {
  const isFiltered = Object.keys(body.property_filters ?? {}).length > 0
  return isFiltered ? undefined : usageCosts(scoped, customer.id, period)
}

interface MeteredFeature {
  readonly feature: FeatureRow
  readonly meter: MeterRow
}

/** @throws validation_error that names the feature which is not there, or has no meter */
async function meteredFeatures(
  scoped: Scoped,
  customer: CustomerRow,
  ids: readonly string[] | undefined,
): Promise<MeteredFeature[]> {
  const isNamed = ids !== undefined && ids.length > 0
  const features = isNamed ? await listFeatures(scoped, ids) : await listUsedFeatures(scoped, customer.id)
  const meters = await metersById(
    scoped,
    features.map(({ meter_id }) => meter_id),
  )
  const metered = features.flatMap((feature) => {
    const meter = meters.get(feature.meter_id ?? '')
    return meter ? [{ feature, meter }] : []
  })
  const found = new Set(metered.map(({ feature }) => feature.id))
  const problems = (ids ?? []).flatMap((id, index) =>
    found.has(id) ? [] : [{ path: `feature_ids[${index}]`, message: 'is no metered feature' }],
  )
  if (problems.length > 0) throw invalid(problems)
  return metered
}

function analyticsResponse(
  metered: readonly MeteredFeature[],
  reported: readonly ReportedUsage[],
  {
    customer,
    windowSize,
    costs,
  }: { customer: CustomerRow; windowSize: BucketSize | undefined; costs: UsageCosts | undefined },
): GetUsageAnalyticsResponse {
  const items = metered.flatMap(({ feature, meter }, index) => {
    const usage = reported[index]
    if (!usage) return []
    return [
      {
        ...{ feature_id: feature.id, name: feature.name, meter_id: meter.id, event_name: meter.event_name },
        ...{ external_customer_id: customer.external_id, aggregation_type: meter.aggregation_type },
        ...{ unit: feature.unit_singular, unit_plural: feature.unit_plural, window_size: windowSize },
        reporting_unit: feature.reporting_unit ? { ...feature.reporting_unit } : undefined,
        total_usage: shownQuantity(usage.quantity),
        event_count: usage.eventCount,
        points: usage.windows.map(({ start, quantity, eventCount }) => ({
          timestamp: start,
          usage: shownQuantity(quantity),
          event_count: eventCount,
        })),
        warnings: warningsResponse(notNumericWarnings(usage.notNumeric)),
        ...(costs ? amounts(costs.currency, costs.ofMeter(meter.id)) : {}),
      },
    ]
  })
  if (!costs) return { items }
  // Two features of one meter show the same usage, which is charged once.
  const meterIds = [...new Set(metered.map(({ meter }) => meter.id))]
  return { items, ...amounts(costs.currency, sumDecimals(meterIds.map(costs.ofMeter))) }
}

function amounts(currency: string, amount: Decimal) {
  const cost = formatDecimal(amount)
  return { currency, subtotal: cost, total_discount: '0', total_cost: cost }
}
