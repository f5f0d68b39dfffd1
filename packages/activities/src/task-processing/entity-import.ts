import type { FileColumns } from '@flexprice/contracts/imports'
import type { Scoped } from '@flexprice/database/connection'
import type { ImportCounts, ImportedRecords } from '@flexprice/database/imports'
import type { FieldProblem } from '@flexprice/domain'

/** Of records, in one transaction: more makes nothing faster, and what it holds others wait for. */
export const recordsPerPageMax = 2_000

/** How rows of one kind of record are checked and written; one of it for each task. */
export interface EntityImport {
  /** What columns of CSV may be. */
  readonly columns: FileColumns
  /** Of one page, where that has to be less than the worker's. */
  readonly rowsPerPageMax?: number
  /** Begins a page. */
  begin(): RowsBeingPrepared
}

/** A page whose rows come part by part, and are checked as far as that needs no database. */
export interface RowsBeingPrepared {
  add(rows: readonly ImportRow[]): void
  end(): PreparedRows
}

/** For kinds whose pages are small: all rows of one are prepared together. */
export function preparedTogether(
  prepare: (rows: readonly ImportRow[]) => PreparedRows,
): EntityImport['begin'] {
  return () => {
    const rows: ImportRow[] = []
    return { add: (some) => void rows.push(...some), end: () => prepare(rows) }
  }
}

export interface ImportRow {
  readonly row: number
  /** As it stands in the file. */
  readonly text: string
  /** As a request would have it. */
  readonly value: unknown
}

export interface RefusedRow {
  readonly row: number
  readonly text: string
  readonly problems: readonly FieldProblem[]
}

export interface PreparedRows {
  readonly refused: readonly RefusedRow[]
  /**
   * What can be done of it, in the transaction of `write`, while the page before is written as yet: it takes no lock that
   * others may wait for.
   */
  stage?(transaction: Scoped): Promise<void>
  /**
   * Writes the rest in the caller's transaction.
   *
   * @param meanwhile is called once, when the database has what it works on longest: this process is free until then
   */
  write(transaction: Scoped, meanwhile: () => void): Promise<WrittenRows>
}

export interface WrittenRows {
  readonly counts: Omit<ImportCounts, 'failed'>
  /** By the database's own knowledge. */
  readonly refused: readonly RefusedRow[]
  readonly eventsBetween?: { readonly first: Date; readonly last: Date }
  /** Of kinds other than events: the ids of what was made and changed, for whoever takes the import back. */
  readonly records?: ImportedRecords
}
