import type { GetUsageResponse } from '@flexprice/contracts/usage'
import { formatDecimal, type Ratio, shownDecimal } from '@flexprice/domain/money'
import { type UsageMeasure, valueWarnings } from '@flexprice/domain/usage'
import { warningsResponse } from '../warnings-response.ts'
import type { ReportedGroup } from './report-groups.ts'
import type { ReportedUsage } from './report-plan.ts'
import { groupedBy, type NamedSlice } from './usage-slice.ts'

/** A quantity as a decimal; a quotient without an end has 18 digits. */
export function shownQuantity(quantity: Ratio): string {
  return formatDecimal(shownDecimal(quantity))
}

export function usageResponse(measure: UsageMeasure, reported: ReportedUsage): GetUsageResponse {
  return {
    event_name: measure.eventName,
    type: measure.aggregation,
    ...valuesResponse(measure, reported),
  }
}

export function groupsResponse(measure: UsageMeasure, groups: readonly ReportedGroup[], slice: NamedSlice) {
  return groups.flatMap(({ split, usage: [usage] }) =>
    usage && usage.eventCount > 0
      ? [{ grouped_by: groupedBy(slice, split), ...valuesResponse(measure, usage) }]
      : [],
  )
}

function valuesResponse(measure: UsageMeasure, reported: ReportedUsage) {
  return {
    value: shownQuantity(reported.quantity),
    results: reported.windows.map(({ start, quantity }) => ({
      window_size: start.toISOString(),
      value: shownQuantity(quantity),
    })),
    event_count: reported.eventCount,
    not_numeric: reported.gaps.notNumeric,
    missing: reported.gaps.missing,
    warnings: warningsResponse(
      valueWarnings(reported.gaps, { eventCount: reported.eventCount, field: measure.field }),
    ),
  }
}
