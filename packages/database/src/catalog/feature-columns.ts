import { assert } from '@flexprice/domain'
import type { MeterFilter, MeterTerms } from '@flexprice/domain/price'
import type { FeatureChanges, NewFeature } from './features.ts'
import type { NewMeter } from './meters.ts'

type SameField =
  | 'name'
  | 'description'
  | 'unit_singular'
  | 'unit_plural'
  | 'reporting_unit'
  | 'metadata'
  | 'group_id'

/** A meter as requests have it. */
export interface WrittenMeter extends MeterTerms {
  readonly name: string
  readonly filters?: readonly MeterFilter[] | undefined
}

/** A feature as requests have it; a text that is empty means none. */
export interface WrittenFeature extends Pick<NewFeature, SameField | 'type'> {
  readonly lookup_key?: string | undefined
  readonly meter?: WrittenMeter | undefined
  readonly meter_id?: string | undefined
}

/** A request whose terms are valid as the row to be. */
export function newFeature(body: WrittenFeature): NewFeature {
  return {
    ...sameFields(body),
    name: body.name,
    type: body.type,
    group_id: body.group_id || undefined,
    lookup_key: body.lookup_key || undefined,
    meter: body.meter && newMeter(body.meter),
    meter_id: body.meter_id || undefined,
  }
}

/** What is left out is undefined and stays; an empty group takes it away. */
export function featureChanges(
  body: Pick<FeatureChanges, SameField> & { readonly filters?: readonly MeterFilter[] | undefined },
): FeatureChanges {
  return {
    ...sameFields(body),
    group_id: body.group_id === '' ? null : body.group_id,
    filters: body.filters,
  }
}

/** A meter whose terms are valid as the row to be. */
function newMeter({ name, event_name, aggregation, filters, reset_usage }: WrittenMeter): NewMeter {
  const { type, field, multiplier, bucket_size, group_by } = aggregation
  assert(type !== undefined, 'the schema refuses a meter without an aggregation')
  return {
    name,
    event_name,
    aggregation_type: type,
    field: field || undefined,
    multiplier: multiplier ?? undefined,
    bucket_size: bucket_size ?? undefined,
    group_by: group_by || undefined,
    filters,
    reset_usage,
  }
}

function sameFields(body: Pick<FeatureChanges, SameField>): Pick<FeatureChanges, SameField> {
  const { name, description, unit_singular, unit_plural, reporting_unit, metadata } = body
  return { name, description, unit_singular, unit_plural, reporting_unit, metadata }
}
