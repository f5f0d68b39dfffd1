import type { Scope } from '@flexprice/domain'

/** Columns that the database sets by itself, on every record. */
export type RecordColumn =
  | 'id'
  | 'environment_id'
  | 'status'
  | 'created_at'
  | 'updated_at'
  | 'created_by'
  | 'updated_by'

export function creation(scope: Scope, now: Date) {
  return {
    environment_id: scope.environmentId,
    created_by: scope.userId,
    created_at: now,
    ...change(scope, now),
  }
}

export function change(scope: Scope, now: Date) {
  return { updated_by: scope.userId, updated_at: now }
}

/** JSON is written as text: node-postgres would write an array as an array of PostgreSQL. */
export function json(value: object): string
export function json(value: object | undefined): string | undefined
export function json(value: object | null): string | null
export function json(value: object | null | undefined): string | null | undefined
export function json(value: object | null | undefined): string | null | undefined {
  return value && JSON.stringify(value)
}
