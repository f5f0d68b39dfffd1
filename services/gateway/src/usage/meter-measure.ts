import type { MeterRow } from '@flexprice/database/catalog'
import { invalid } from '@flexprice/domain'
import { measureOf, type UsageMeasure } from '@flexprice/domain/usage'

/**
 * A meter's measure, narrowed by a request's filters.
 *
 * @param path of the filters in the request
 * @throws validation_error for values that the meter's own filter never lets through
 */
export function meterMeasure(
  meter: MeterRow,
  filters: Readonly<Record<string, readonly string[]>> | undefined,
  path: string,
): UsageMeasure {
  const problems = Object.entries(filters ?? {}).flatMap(([key, values]) => {
    const own = meter.filters.find((filter) => filter.key === key)
    const isOut = own !== undefined && !values.some((value) => own.values.includes(value))
    return isOut ? [{ path: `${path}.${key}`, message: 'has no value that the meter lets through' }] : []
  })
  if (problems.length > 0) throw invalid(problems)
  return measureOf(meter, filters ?? null)
}
