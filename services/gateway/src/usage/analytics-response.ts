import type { GetUsageAnalyticsResponse } from '@flexprice/contracts/usage'
import type { FeatureRow, MeterRow } from '@flexprice/database/catalog'
import type { CustomerRow } from '@flexprice/database/customers'
import type { BucketSize } from '@flexprice/domain/price'
import { type UsageSplit, valueWarnings } from '@flexprice/domain/usage'
import { warningsResponse } from '../warnings-response.ts'
import { costResponse, groupCostResponse, unavailable } from './cost-response.ts'
import type { GroupCosts } from './group-costs.ts'
import type { ReportedGroup } from './report-groups.ts'
import type { ReportedUsage } from './report-plan.ts'
import type { ToldCosts } from './usage-costs.ts'
import { shownQuantity } from './usage-response.ts'
import { groupedBy, type NamedSlice } from './usage-slice.ts'

export interface MeteredFeature {
  readonly feature: FeatureRow
  readonly meter: MeterRow
}

export interface Shown {
  /** Null: of every customer. */
  readonly customer: CustomerRow | null
  readonly windowSize: BucketSize | undefined
  readonly costs: ToldCosts
  readonly now: Date
}

type Item = GetUsageAnalyticsResponse['items'][number]

/** Each feature as a whole. */
export function wholeItems(
  metered: readonly MeteredFeature[],
  reported: readonly ReportedUsage[],
  shown: Shown,
): Item[] {
  return metered.flatMap((feature, index) => {
    const usage = reported[index]
    const cost = costResponse(shown.costs, [feature.meter.id], shown.now)
    return usage ? [{ ...itemOf(feature, usage, shown), ...cost }] : []
  })
}

/** Each feature by the groups that have events of it. */
export function groupItems(
  metered: readonly MeteredFeature[],
  groups: readonly ReportedGroup[],
  { slice, groupCosts, ...shown }: Shown & { slice: NamedSlice; groupCosts: GroupCosts | undefined },
): Item[] {
  const { costs } = shown
  return metered.flatMap((feature, index) =>
    groups.flatMap((group): Item[] => {
      const usage = group.usage[index]
      if (!usage || usage.eventCount === 0) return []
      const cost =
        'gap' in costs || !groupCosts
          ? unavailable('gap' in costs ? costs.gap : 'every_customer')
          : groupCostResponse(costs.currency, groupCosts.ofMeter(feature.meter.id, group.also))
      return [{ ...itemOf(feature, usage, shown), ...groupOf(slice, group.split), ...cost }]
    }),
  )
}

function itemOf(
  { feature, meter }: MeteredFeature,
  usage: ReportedUsage,
  { customer, windowSize }: Pick<Shown, 'customer' | 'windowSize'>,
): Item {
  return {
    ...{ feature_id: feature.id, name: feature.name, meter_id: meter.id, event_name: meter.event_name },
    ...{ external_customer_id: customer?.external_id, aggregation_type: meter.aggregation_type },
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

/** The contract's names leave out what the group's events have not; ours says null. */
function groupOf(slice: NamedSlice, split: UsageSplit) {
  const values = slice.splitBy.map((key, index) => ({ key, value: split[index] ?? null }))
  const valueFor = (kind: 'source' | 'customer') => values.find(({ key }) => key.kind === kind)?.value
  const source = valueFor('source')
  const customer = valueFor('customer')
  const properties = values.flatMap(({ key, value }) =>
    key.kind === 'property' && value !== null ? [[key.name, value]] : [],
  )
  return {
    grouped_by: groupedBy(slice, split),
    ...(source == null ? {} : { source }),
    ...(customer == null ? {} : { external_customer_id: customer }),
    ...(slice.splitBy.some(({ kind }) => kind === 'property')
      ? { properties: Object.fromEntries(properties) }
      : {}),
  }
}
