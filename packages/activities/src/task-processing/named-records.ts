import { meterIdsByFeatureKey, planIdsByLookupKey } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { CodedError, type FieldProblem, notFound } from '@flexprice/domain'

/** A row as its door reads it, where it may name a record by the key that people give it, in place of the id. */
export interface NamingRow {
  /** With the key where the door wants the id. */
  readonly value: unknown
  readonly key: string | undefined
  readonly problem?: FieldProblem
}

/** A field of rows, and the field of the door in whose place it stands. */
export type Naming = readonly [keyField: string, idField: string]

export const planOfPrice: Naming = ['plan_lookup_key', 'entity_id']
export const planOfSubscription: Naming = ['plan_lookup_key', 'plan_id']
/** What a usage price counts is a feature to people, and its meter to the door. */
export const featureOfPrice: Naming = ['feature_lookup_key', 'meter_id']

export function splitKey(value: unknown, [keyField, idField]: Naming): NamingRow {
  if (typeof value !== 'object' || value === null || !(keyField in value)) return { value, key: undefined }
  const row: Readonly<Record<string, unknown>> = { ...value }
  const { [keyField]: key, ...rest } = row
  const refuse = (message: string) => ({ value, key: undefined, problem: { path: keyField, message } })
  if (typeof key !== 'string' || key === '') return refuse('must be a text that is not empty')
  if (idField in rest) return refuse(`must be left out beside ${idField}`)
  return { value: { ...rest, [idField]: key }, key }
}

/** The id of what a row names, which was read with the door's field, or why there is none. */
export type IdOf = (row: { readonly key: string | undefined; readonly id: string }) => string | CodedError

export async function readPlanIds(
  scoped: Scoped,
  rows: readonly { readonly planKey: string | undefined }[],
): Promise<IdOf> {
  const ids = await planIdsByLookupKey(scoped, [...new Set(rows.flatMap(({ planKey }) => planKey ?? []))])
  return ({ key, id }) => (key === undefined ? id : (ids.get(key) ?? notFound('Plan with lookup key', key)))
}

export async function readMeterIds(
  scoped: Scoped,
  rows: readonly { readonly featureKey: string | undefined }[],
): Promise<IdOf> {
  const keys = new Set(rows.flatMap(({ featureKey }) => featureKey ?? []))
  const ids = await meterIdsByFeatureKey(scoped, [...keys])
  return ({ key, id }) => {
    if (key === undefined) return id
    const meterId = ids.get(key)
    if (meterId === undefined) return notFound('Feature with lookup key', key)
    if (meterId !== null) return meterId
    const [path] = featureOfPrice
    const message = 'is that of a feature without a meter'
    return new CodedError('validation_error', `${path} ${message}`, {
      details: { fields: [{ path, message }] },
    })
  }
}
