import { featureTypes, validateFeatureTerms } from '@flexprice/domain/entitlement'
import { isPositive, parseDecimal } from '@flexprice/domain/money'
import { validateMeterFilters } from '@flexprice/domain/price'
import { z } from 'zod'
import { decimalString } from '../wire/decimal-string.ts'
import { exactNumber } from '../wire/exact-number.ts'
import { pathSegments } from '../wire/field-path.ts'
import { metadata } from '../wire/metadata.ts'
import { laterObject, notBuilt } from '../wire/not-built.ts'
import { recordFields } from '../wire/record-fields.ts'
import { expand, listOf, searchFields } from '../wire/search.ts'
import { description, identifier, identifiers, name, text } from '../wire/text.ts'
import { groupResponse } from './group.ts'
import { createMeterRequest, meterFilters, meterResponse } from './meter.ts'

export const featureType = z.enum(featureTypes)

const alertThreshold = z.strictObject({
  condition: z.enum(['above', 'below']).optional(),
  threshold: decimalString.optional(),
})
const alertSettings = z.strictObject({
  alert_enabled: z.boolean().optional(),
  alert_threshold_type: z.enum(['absolute', 'percentage']).optional(),
  critical: alertThreshold.optional(),
  info: alertThreshold.optional(),
  warning: alertThreshold.optional(),
})

/** How usage is shown, in which unit: usage × `conversion_rate`. It bills nothing. */
export const reportingUnit = z.strictObject({
  unit_singular: name.optional(),
  unit_plural: name.optional(),
  conversion_rate: exactNumber.refine(isPositiveText, 'must be greater than 0').optional(),
})

function isPositiveText(text: string): boolean {
  const rate = parseDecimal(text)
  return rate !== undefined && isPositive(rate)
}

const texts = {
  description: description.optional(),
  unit_singular: name.optional(),
  unit_plural: name.optional(),
  metadata: metadata.optional(),
}
const featureFields = {
  ...texts,
  reporting_unit: reportingUnit.optional(),
  group_id: text(255).optional(),
  alert_settings: notBuilt(alertSettings),
}

export const createFeatureRequest = z
  .strictObject({
    ...featureFields,
    name: name.min(1),
    type: featureType,
    lookup_key: text(255).optional(),
    meter: createMeterRequest.optional(),
    meter_id: text(255).optional(),
  })
  .check((context) => {
    for (const { path, message } of validateFeatureTerms(context.value)) {
      context.issues.push({ code: 'custom', input: context.value, path: pathSegments(path), message })
    }
  })
export type CreateFeatureRequest = z.output<typeof createFeatureRequest>

/** What is left out stays; an empty `group_id` takes the feature out of its group. */
export const updateFeatureRequest = z
  .strictObject({
    ...featureFields,
    name: name.min(1).optional(),
    // Those of the feature's meter; they stay as they are while a price bills it.
    filters: meterFilters.optional(),
  })
  .check((context) => {
    for (const { path, message } of validateMeterFilters(context.value.filters)) {
      context.issues.push({ code: 'custom', input: context.value, path: pathSegments(path), message })
    }
  })
export type UpdateFeatureRequest = z.output<typeof updateFeatureRequest>

/** Lookup keys are one feature's, so the copy has none unless it is given. */
export const cloneFeatureRequest = z.strictObject({
  name: name.min(1).optional(),
  description: description.optional(),
  lookup_key: text(255).optional(),
  metadata: metadata.optional(),
})

export const featureFilter = z.strictObject({
  ...searchFields,
  feature_ids: identifiers.optional(),
  meter_ids: identifiers.optional(),
  lookup_key: identifier.optional(),
  lookup_keys: identifiers.optional(),
  name_contains: name.optional(),
  expand: expand(['meters', 'groups']),
})

export const featureResponse = z
  .object({
    ...recordFields,
    name: z.string(),
    type: featureType,
    lookup_key: z.string().optional(),
    description: z.string().optional(),
    unit_singular: z.string().optional(),
    unit_plural: z.string().optional(),
    reporting_unit: reportingUnit.optional(),
    metadata: z.record(z.string(), z.string()).optional(),
    meter_id: z.string().optional(),
    meter: meterResponse.optional(),
    group_id: z.string().optional(),
    group: groupResponse.optional(),
    alert_settings: laterObject('AlertSettings').optional(),
  })
  .meta({ id: 'FeatureResponse' })
export type FeatureResponse = z.output<typeof featureResponse>

export const listFeaturesResponse = listOf(featureResponse).meta({ id: 'ListFeaturesResponse' })
