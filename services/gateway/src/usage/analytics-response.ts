import type { GetUsageAnalyticsResponse } from '@flexprice/contracts/usage'
import type { FeatureRow, MeterRow } from '@flexprice/database/catalog'
import type { CustomerRow } from '@flexprice/database/customers'
import { type Decimal, formatDecimal, sumDecimals } from '@flexprice/domain/money'
import type { BucketSize } from '@flexprice/domain/price'
import { type SplitKey, valueWarnings } from '@flexprice/domain/usage'
import { warningsResponse } from '../warnings-response.ts'
import type { ReportedUsage } from './report-usage.ts'
import type { UsageCosts } from './usage-costs.ts'
import { shownQuantity } from './usage-response.ts'

export interface MeteredFeature {
  readonly feature: FeatureRow
  readonly meter: MeterRow
}

interface Shown {
  readonly customer: CustomerRow
  readonly windowSize: BucketSize | undefined
  readonly splitBy: readonly SplitKey[]
  readonly costs: UsageCosts | undefined
}

/** @param reported of each feature the groups that it is told apart by */
export function analyticsResponse(
  metered: readonly MeteredFeature[],
  reported: readonly (readonly ReportedUsage[])[],
  { splitBy, costs, ...shown }: Shown,
): GetUsageAnalyticsResponse {
  const isWhole = splitBy.length === 0
  const items = metered.flatMap((feature, index) =>
    (reported[index] ?? []).map((usage) => ({
      ...itemOf(feature, usage, shown),
      ...groupOf(usage, splitBy),
      // What one group of a feature costs cannot be told: tiers and allowances are of all of them.
      ...(costs && isWhole ? amounts(costs.currency, costs.ofMeter(feature.meter.id)) : {}),
    })),
  )
  if (!costs) return { items }
  // Two features of one meter show the same usage, which is charged once.
  const meterIds = [...new Set(metered.map(({ meter }) => meter.id))]
  return { items, ...amounts(costs.currency, sumDecimals(meterIds.map(costs.ofMeter))) }
}

function itemOf(
  { feature, meter }: MeteredFeature,
  usage: ReportedUsage,
  { customer, windowSize }: Pick<Shown, 'customer' | 'windowSize'>,
) {
  return {
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
    not_numeric: usage.gaps.notNumeric,
    missing: usage.gaps.missing,
    warnings: warningsResponse(
      valueWarnings(usage.gaps, { eventCount: usage.eventCount, field: meter.field }),
    ),
  }
}

/** What events do not have is left out. */
function groupOf({ split }: ReportedUsage, splitBy: readonly SplitKey[]) {
  const values = splitBy.flatMap((key, index) => {
    const value = split[index]
    return value == null ? [] : [{ key, value }]
  })
  const source = values.find(({ key }) => key.kind === 'source')?.value
  const properties = values.flatMap(({ key, value }) => (key.kind === 'property' ? [[key.name, value]] : []))
  return {
    ...(source === undefined ? {} : { source }),
    ...(splitBy.some(({ kind }) => kind === 'property')
      ? { properties: Object.fromEntries(properties) }
      : {}),
  }
}

function amounts(currency: string, amount: Decimal) {
  const cost = formatDecimal(amount)
  return { currency, subtotal: cost, total_discount: '0', total_cost: cost }
}
