import { assert } from '../assert.ts'
import type { AggregationType, BucketSize, MeterFilter, UsageReset } from '../price/meter-terms.ts'
import type { UsageMeasure } from './usage-question.ts'

/** A meter as it is stored. */
export interface MeterFacts {
  readonly event_name: string
  readonly aggregation_type: AggregationType
  readonly field: string | null
  readonly multiplier: string | null
  readonly bucket_size: BucketSize | null
  readonly group_by: string | null
  readonly filters: readonly MeterFilter[]
  readonly reset_usage: UsageReset
}

/**
 * A meter's measure, narrowed by a price's `filter_values`: both must hold, so a property that both name
 * passes by the values they share. What would mean "all" (an empty event name, key or list) cannot be built.
 */
export function measureOf(
  meter: MeterFacts,
  filterValues: Readonly<Record<string, readonly string[]>> | null,
): UsageMeasure {
  assert(meter.event_name !== '', 'usage is of an event name')
  const filters = new Map<string, readonly string[]>()
  const own = Object.entries(filterValues ?? {}).map(([key, values]) => ({ key, values }))
  for (const { key, values } of [...meter.filters, ...own]) {
    const before = filters.get(key)
    const both = before ? before.filter((value) => values.includes(value)) : values
    assert(
      key !== '' && both.length > 0,
      `a filter on ${JSON.stringify(key)} names a property and has values`,
    )
    filters.set(key, both)
  }
  return {
    eventName: meter.event_name,
    aggregation: meter.aggregation_type,
    field: meter.field,
    multiplier: meter.multiplier,
    filters: [...filters].map(([key, values]) => ({ key, values })),
    groupBy: meter.group_by,
  }
}

/** True where the usage of a window is the sum of that of its parts, however it is cut. */
export function isAdditive(type: AggregationType): boolean {
  return type === 'COUNT' || type === 'SUM' || type === 'SUM_WITH_MULTIPLIER'
}

/**
 * Whether a price that changes inside an interval divides the usage by quantity (billing rules, section 5). What is no
 * sum is one value for all of the interval, and is charged by shares of its time; so is any value that runs on,
 * but a weighted one, which grows by value times time.
 */
export function splitsByQuantity({
  aggregation_type: type,
  reset_usage,
}: Pick<MeterFacts, 'aggregation_type' | 'reset_usage'>): boolean {
  return type === 'WEIGHTED_SUM' || (isAdditive(type) && reset_usage !== 'NEVER')
}

/**
 * Whether usage of the meter goes on when another plan's line comes in the place of one (billing rules, section 8): what
 * is one value, and a weighted one, which runs on. All else begins anew.
 */
export function goesOnAcrossPlans(meter: Pick<MeterFacts, 'aggregation_type' | 'reset_usage'>): boolean {
  return meter.aggregation_type === 'WEIGHTED_SUM' || !splitsByQuantity(meter)
}
