import { aggregationTypes } from '@flexprice/domain/price'
import { isTimeZone } from '@flexprice/domain/time'
import { z } from 'zod'
import { bucketSize, filterValues } from '../catalog/meter.ts'
import { decimalString } from '../wire/decimal-string.ts'
import { exactNumber } from '../wire/exact-number.ts'
import { instant } from '../wire/instant.ts'
import { notBuilt } from '../wire/not-built.ts'
import { identifier, text } from '../wire/text.ts'
import { warnings } from '../wire/warning.ts'
import { groupBy, groupedBy, groupPage, groupPaging } from './group-by.ts'

const filtersMax = 50
const aggregationType = z.enum(aggregationTypes)

/** Property → the values that count; at least one, as none would mean no event or all of them. */
export const propertyFilters = z
  .record(identifier, filterValues.min(1))
  .refine((filters) => Object.keys(filters).length <= filtersMax, `has more than ${filtersMax} properties`)

/**
 * Whose usage, when and in which windows. One of the two ids of a customer is needed, but for usage that is grouped: that is
 * of all customers where none is named. An empty id never means that.
 * Without an end it is now, without a start 30 days before the end; windows are cut in `timezone`, else in the
 * customer's, months from `billing_anchor`, else from the 1st.
 */
const usageWindow = {
  external_customer_id: identifier.optional(),
  customer_id: identifier.optional(),
  start_time: instant.optional(),
  end_time: instant.optional(),
  window_size: bucketSize.optional(),
  billing_anchor: instant.optional(),
  timezone: text(100)
    .refine((zone) => zone === '' || isTimeZone(zone), 'is not a time zone of the IANA database')
    .optional(),
  filters: propertyFilters.optional(),
}

export const getUsageRequest = z.strictObject({
  ...usageWindow,
  event_name: identifier,
  aggregation_type: aggregationType,
  property_name: text(255).optional(),
  multiplier: decimalString.optional(),
  bucket_size: bucketSize.optional(),
  // The property whose values are measured apart in each bucket, before they are summed.
  group_by_property: text(255).optional(),
  // The usage of each group apart, beside that of all.
  group_by: groupBy(['source', 'external_customer_id']),
  ...groupPage,
})
export type GetUsageRequest = z.output<typeof getUsageRequest>

/** The meter's own buckets, filters and groups hold; the request's filters hold beside them. */
export const getUsageByMeterRequest = z.strictObject({
  ...usageWindow,
  meter_id: identifier,
  bucket_size: notBuilt(bucketSize),
})

const windowResults = z.array(
  z.object({ window_size: z.string(), value: exactNumber }).meta({ id: 'UsageResult' }),
)

/** What a meter tells of some events. */
const measured = {
  /** Of the whole time, not the sum of the windows: an average has none. */
  value: exactNumber,
  results: windowResults,
  // Ours: how many events were counted, and how many of them have a value that is no number, or not the property.
  event_count: z.int(),
  not_numeric: z.int(),
  missing: z.int(),
  warnings,
}

const usageGroup = z.object({ grouped_by: groupedBy, ...measured }).meta({ id: 'UsageGroup' })

/** `window_size` is the contract's word for the instant at which a window begins. */
export const getUsageResponse = z
  .object({
    event_name: z.string(),
    type: aggregationType,
    ...measured,
    // Ours: with `group_by`, the groups that have events.
    groups: z.array(usageGroup).optional(),
    ...groupPaging,
  })
  .meta({ id: 'GetUsageResponse' })
export type GetUsageResponse = z.output<typeof getUsageResponse>
