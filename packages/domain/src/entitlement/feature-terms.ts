import type { FieldProblem } from '../errors.ts'
import { type MeterTerms, validateMeterTerms } from '../price/meter-terms.ts'

export const featureTypes = ['metered', 'boolean', 'static', 'config'] as const
export type FeatureType = (typeof featureTypes)[number]

/** What decides how a feature is measured; a meter is given by its id, or made with the feature. */
export interface FeatureTerms {
  readonly type: FeatureType
  readonly meter_id?: string | null | undefined
  readonly meter?: MeterTerms | null | undefined
}

/** A metered feature has one meter, of which the problems are told below `meter`; the others have none. */
export function validateFeatureTerms({ type, meter_id, meter }: FeatureTerms): FieldProblem[] {
  if (type !== 'metered') {
    const given = [...(meter_id ? ['meter_id'] : []), ...(meter ? ['meter'] : [])]
    return given.map((path) => ({ path, message: `must be left out for ${type} features` }))
  }
  if (!meter_id && !meter) return [{ path: 'meter', message: 'or meter_id is required for metered features' }]
  if (meter_id && meter) return [{ path: 'meter_id', message: 'must be left out where a meter is given' }]
  return meter
    ? validateMeterTerms(meter).map(({ path, message }) => ({ path: `meter.${path}`, message }))
    : []
}
