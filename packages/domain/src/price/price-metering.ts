import type { FieldProblem } from '../errors.ts'
import {
  type AggregationType,
  type BucketSize,
  isBucketable,
  type MeterFilter,
  type UsageReset,
} from './meter-terms.ts'

/** Which usage a price bills, by the contract's field names. */
export interface PriceMetering {
  readonly type: 'USAGE' | 'FIXED'
  readonly meter_id?: string | null | undefined
  readonly bucket_size?: BucketSize | null | undefined
  readonly filter_values?: Readonly<Record<string, readonly string[]>> | null | undefined
}

/** What of a meter its prices depend on. */
export interface PricedMeter {
  readonly aggregation_type: AggregationType
  readonly reset_usage: UsageReset
  readonly filters: readonly MeterFilter[]
}

/** What is wrong by itself: a USAGE price has a meter, a FIXED one nothing that would need one. */
export function validatePriceMetering(price: PriceMetering): FieldProblem[] {
  const { type, meter_id, bucket_size, filter_values } = price
  const filters = Object.entries(filter_values ?? {})
  if (type === 'USAGE') {
    const missing = meter_id ? [] : [{ path: 'meter_id', message: 'is required for USAGE' }]
    return [...missing, ...filters.flatMap(([key, values]) => filterProblems(key, values))]
  }
  const given = [
    ...(meter_id ? ['meter_id'] : []),
    ...(bucket_size ? ['bucket_size'] : []),
    ...(filters.length > 0 ? ['filter_values'] : []),
  ]
  return given.map((path) => ({ path, message: 'must be left out for FIXED' }))
}

/**
 * What does not fit the price's meter (billing rules, sections 3 and 4): buckets of an aggregation that has
 * none, or values that the meter's own filter never lets through, so that the price would bill nothing.
 */
export function validateAgainstMeter(price: PriceMetering, meter: PricedMeter): FieldProblem[] {
  const problems: FieldProblem[] = []
  const add = (path: string, message: string) => problems.push({ path, message })
  if (price.bucket_size && !isBucketable(meter.aggregation_type)) {
    add('bucket_size', `cannot be had of a meter of ${meter.aggregation_type}`)
  } else if (price.bucket_size && meter.reset_usage === 'NEVER') {
    add('bucket_size', 'cannot be had of a meter that is never reset')
  }
  for (const [key, values] of Object.entries(price.filter_values ?? {})) {
    const allowed = meter.filters.find((filter) => filter.key === key)?.values
    const stray = allowed && values.find((value) => !allowed.includes(value))
    if (stray !== undefined)
      add(`filter_values.${key}`, `${JSON.stringify(stray)} is filtered out by the meter`)
  }
  return problems
}

/** An empty list of values would mean no event or all of them. */
function filterProblems(key: string, values: readonly string[]): FieldProblem[] {
  if (key === '') return [{ path: 'filter_values', message: 'has an empty name of a property' }]
  return values.length > 0 ? [] : [{ path: `filter_values.${key}`, message: 'must have at least one value' }]
}
