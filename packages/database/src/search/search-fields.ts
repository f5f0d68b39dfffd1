import type { Expression } from 'kysely'
import { sql } from 'kysely'

/** What a list may be filtered and sorted by, under the names of the wire. Anything else is refused. */
export type SearchFields = ReadonlyMap<string, SearchField>

export type FieldType = 'text' | 'number' | 'instant'

export interface SearchField {
  readonly type: FieldType
  readonly column: Expression<unknown>
  /** In small letters, where equality does not mind the case. */
  readonly lower?: Expression<unknown>
}

/** Fields that are columns of the table under their own names. */
export function searchFields<Column extends string>(
  columns: {
    readonly [Type in FieldType]?: readonly Column[]
  },
): SearchFields {
  const typed: ReadonlyArray<readonly [FieldType, readonly Column[]]> = [
    ['text', columns.text ?? []],
    ['number', columns.number ?? []],
    ['instant', columns.instant ?? []],
  ]
  return new Map(
    typed.flatMap(([type, names]) => names.map((name) => [name, { type, column: sql.ref(name) }] as const)),
  )
}
