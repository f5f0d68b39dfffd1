import type { FieldProblem } from '../errors.ts'
import { isPositive, parseDecimal } from '../money/decimal.ts'

export const aggregationTypes = [
  'COUNT',
  'SUM',
  'AVG',
  'COUNT_UNIQUE',
  'LATEST',
  'SUM_WITH_MULTIPLIER',
  'MAX',
  'WEIGHTED_SUM',
] as const
export type AggregationType = (typeof aggregationTypes)[number]

export const usageResets = ['BILLING_PERIOD', 'NEVER'] as const
export type UsageReset = (typeof usageResets)[number]

export const bucketSizes = [
  'MINUTE',
  '15MIN',
  '30MIN',
  'HOUR',
  '3HOUR',
  '6HOUR',
  '12HOUR',
  'DAY',
  'WEEK',
  'MONTH',
] as const
export type BucketSize = (typeof bucketSizes)[number]

/** An event passes when its property of that name has one of the values. */
export interface MeterFilter {
  readonly key: string
  readonly values: readonly string[]
}

/** How events become a quantity, by the contract's field names, so that a problem's path is the caller's. */
export interface MeterTerms {
  readonly event_name: string
  readonly aggregation: {
    readonly type?: AggregationType | undefined
    readonly field?: string | null | undefined
    readonly multiplier?: string | null | undefined
    readonly bucket_size?: BucketSize | null | undefined
    readonly group_by?: string | null | undefined
  }
  readonly reset_usage: UsageReset
  readonly filters?: readonly MeterFilter[] | null | undefined
}

/**
 * Everything that is wrong with a meter (billing rules, section 4), empty when it can measure. A field
 * that its aggregation does not read is refused, never ignored; an empty event name, filter key or list of
 * values would mean "all", so it cannot be.
 */
export function validateMeterTerms(terms: MeterTerms): FieldProblem[] {
  return [...validateAggregation(terms), ...validateBuckets(terms), ...validateMeterFilters(terms.filters)]
}

/** The aggregations whose value of a part of the window can be priced alone, then summed. */
export function isBucketable(type: AggregationType): boolean {
  return bucketable.some((one) => one === type)
}

const bucketable = ['MAX', 'SUM', 'WEIGHTED_SUM'] as const

/** Equality lists: keys are named once, and each has values. */
export function validateMeterFilters(filters: readonly MeterFilter[] | null | undefined): FieldProblem[] {
  const seen = new Set<string>()
  return (filters ?? []).flatMap(({ key, values }, index) => {
    const problems: FieldProblem[] = []
    const add = (name: string, message: string) =>
      problems.push({ path: `filters[${index}].${name}`, message })
    if (key === '') add('key', 'must not be empty')
    else if (seen.has(key)) add('key', 'is named twice')
    if (values.length === 0) add('values', 'must have at least one value')
    seen.add(key)
    return problems
  })
}

function validateAggregation({ event_name, aggregation }: MeterTerms): FieldProblem[] {
  const { type, field, multiplier } = aggregation
  const problems: FieldProblem[] = []
  const add = (path: string, message: string) => problems.push({ path, message })
  if (event_name === '') add('event_name', 'must not be empty')
  if (type === undefined) {
    add('aggregation.type', 'is required')
    return problems
  }
  if (type === 'COUNT' && field) add('aggregation.field', 'must be left out for COUNT')
  if (type !== 'COUNT' && !field) add('aggregation.field', `is required for ${type}`)
  if (type !== 'SUM_WITH_MULTIPLIER') {
    if (multiplier != null) add('aggregation.multiplier', `must be left out for ${type}`)
  } else if (!isPositiveDecimal(multiplier)) {
    add('aggregation.multiplier', 'must be a decimal number greater than 0 for SUM_WITH_MULTIPLIER')
  }
  return problems
}

function validateBuckets({ aggregation, reset_usage }: MeterTerms): FieldProblem[] {
  const { type, bucket_size, group_by } = aggregation
  const problems: FieldProblem[] = []
  const add = (path: string, message: string) => problems.push({ path, message })
  if (bucket_size != null && type !== undefined && !isBucketable(type)) {
    add('aggregation.bucket_size', `is for ${bucketable.join(', ')}, not for ${type}`)
  }
  // A value that runs on from window to window has no buckets of its own.
  if (bucket_size != null && reset_usage === 'NEVER') {
    add('aggregation.bucket_size', 'must be left out where usage is never reset')
  }
  if (group_by && bucket_size == null) add('aggregation.group_by', 'needs a bucket_size')
  return problems
}

function isPositiveDecimal(text: string | null | undefined): boolean {
  const value = text == null ? undefined : parseDecimal(text)
  return value !== undefined && isPositive(value)
}
