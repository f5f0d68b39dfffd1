import { aggregationTypes, bucketSizes, type MeterTerms, usageResets } from '@flexprice/domain/price'
import { z } from 'zod'
import { decimalString } from '../wire/decimal-string.ts'
import { instant } from '../wire/instant.ts'
import { notBuilt } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { description, identifier, name, text } from '../wire/text.ts'

const filtersMax = 100
const filterValuesMax = 1_000
const filterValueLengthMax = 2_000

export const bucketSize = z.enum(bucketSizes)
const aggregationType = z.enum(aggregationTypes)
const resetUsage = z.enum(usageResets)

/** The values that a property may have; at least one, which the domain's rules say. */
export const filterValues = z.array(text(filterValueLengthMax)).max(filterValuesMax)

/** Optional for the schema because the contract requires neither; missing is as good as empty. */
export const meterFilters = z
  .array(
    z.strictObject({
      key: name.default(''),
      values: filterValues.default([]),
    }),
  )
  .max(filtersMax)

export const meterAggregation = z.strictObject({
  type: aggregationType.optional(),
  field: name.optional(),
  multiplier: decimalString.optional(),
  bucket_size: bucketSize.optional(),
  group_by: name.optional(),
  // A formula over several properties; the billing rules do not have one.
  expression: notBuilt(description),
})

/** Its rules are the domain's, and are checked with the feature that it comes with. */
export const createMeterRequest = z.strictObject({
  name: name.min(1),
  event_name: identifier,
  aggregation: meterAggregation,
  filters: meterFilters.optional(),
  reset_usage: resetUsage,
}) satisfies z.ZodType<MeterTerms>
export type CreateMeterRequest = z.output<typeof createMeterRequest>

export const meterResponse = z
  .object({
    id: z.string(),
    tenant_id: z.string(),
    name: z.string(),
    event_name: z.string(),
    aggregation: z
      .object({
        type: aggregationType,
        field: z.string().optional(),
        multiplier: z.string().optional(),
        bucket_size: bucketSize.optional(),
        group_by: z.string().optional(),
        expression: z.string().optional(),
      })
      .meta({ id: 'MeterAggregation' }),
    filters: z.array(z.object({ key: z.string(), values: z.array(z.string()) })),
    reset_usage: resetUsage,
    status: z.string(),
    created_at: instant,
    updated_at: instant,
  })
  .meta({ id: 'MeterResponse' })
export type MeterResponse = z.output<typeof meterResponse>

/** A meter as a subscription's line shows it. */
export const meter = z.object({ ...meterResponse.shape, ...recordFields }).meta({ id: 'Meter' })
export type LineMeter = z.output<typeof meter>
