import { planIdsByLookupKey } from '@flexprice/database/catalog'
import type { Scoped } from '@flexprice/database/connection'
import { type CodedError, type FieldProblem, notFound } from '@flexprice/domain'

/** A row as its door reads it, where it may name its plan by the key that people give it, in place of the id. */
export interface PlanRow {
  /** With the key where the door wants the id. */
  readonly value: unknown
  readonly planKey: string | undefined
  readonly problem?: FieldProblem
}

const keyField = 'plan_lookup_key'

/** @param idField where the door wants the plan's id */
export function splitPlanKey(value: unknown, idField: 'plan_id' | 'entity_id'): PlanRow {
  if (typeof value !== 'object' || value === null || !(keyField in value))
    return { value, planKey: undefined }
  const { [keyField]: planKey, ...rest } = value
  const refuse = (message: string) => ({ value, planKey: undefined, problem: { path: keyField, message } })
  if (typeof planKey !== 'string' || planKey === '') return refuse('must be a text that is not empty')
  if (idField in rest) return refuse(`must be left out beside ${idField}`)
  return { value: { ...rest, [idField]: planKey }, planKey }
}

/** The id of the plan that a row names, which was read with the door's field, or why there is none. */
export type PlanIdOf = (row: {
  readonly planKey: string | undefined
  readonly planId: string
}) => string | CodedError

export async function readPlanIds(
  scoped: Scoped,
  rows: readonly { readonly planKey: string | undefined }[],
): Promise<PlanIdOf> {
  const keys = new Set(rows.flatMap(({ planKey }) => planKey ?? []))
  const ids = await planIdsByLookupKey(scoped, [...keys])
  return ({ planKey, planId }) =>
    planKey === undefined ? planId : (ids.get(planKey) ?? notFound('Plan with lookup key', planKey))
}
