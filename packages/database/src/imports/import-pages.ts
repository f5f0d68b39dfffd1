import { assert, notFound } from '@flexprice/domain'
import { sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { insertRecords } from '../connection/insert-records.ts'
import { change } from '../connection/row-changes.ts'
import { type ImportedRecords, noteImportRecords } from './import-records.ts'
import type { ImportTaskRow } from './import-tasks.ts'

export interface ImportPlace {
  readonly offset: number
  readonly row: number
}

/** What became of a page's rows; failed ones are the rest. */
export interface ImportCounts {
  readonly created: number
  readonly updated: number
  /** There already, by the row's own id. */
  readonly duplicates: number
  /** Of the duplicates: events of other content than the one that counts. */
  readonly conflicts: number
  readonly failed: number
}

export interface ImportRejection {
  readonly row: number
  readonly text: string
  readonly problems: readonly { readonly path: string; readonly message: string }[]
}

export interface WrittenImportPage {
  readonly to: ImportPlace
  readonly counts: ImportCounts
  readonly rejections: readonly ImportRejection[]
  /** Of the file as it is stored: how far it was read for this. */
  readonly bytesRead: number
  /** The first and last instant of the events that it made. */
  readonly eventsBetween?: { readonly first: Date; readonly last: Date } | undefined
  /** Of kinds other than events. */
  readonly records?: ImportedRecords | undefined
}

const rowTextMax = 4_000
const reasonMax = 500
/** A row of nothing but unknown fields says enough by its first. */
const problemsOfRowMax = 20

/**
 * Holds a task until the caller's transaction ends, so that one page at a time is written, whoever else believes to
 * work on it, too.
 *
 * @throws not_found
 */
export async function lockImportTask({ db, scope }: Scoped, id: string): Promise<ImportTaskRow> {
  assert(db.isTransaction, 'a page is written in one transaction')
  const row = await db
    .selectFrom('import_tasks')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scope.environmentId)
    .forUpdate()
    .executeTakeFirst()
  if (!row) throw notFound('Task', id)
  return row
}

/** Moves a task on by a page, in the transaction that wrote its rows: both or neither. The caller holds the task. */
export async function writeImportPage(
  scoped: Scoped,
  task: ImportTaskRow,
  page: WrittenImportPage,
  timeOfDay: Date,
): Promise<void> {
  const { db, scope } = scoped
  const { created, updated, duplicates, conflicts, failed } = page.counts
  const successful = created + updated + duplicates
  const own = { task_id: task.id, environment_id: scope.environmentId }
  const rejected = page.rejections.flatMap(({ row, text, problems }) =>
    problems.slice(0, problemsOfRowMax).map(({ path, message }, position) => ({
      row_number: row,
      position,
      // A name is the file's own, too.
      field: storableText(path.slice(0, reasonMax)),
      reason: storableText(message.slice(0, reasonMax)),
      row_text: storableText(text.slice(0, rowTextMax)),
    })),
  )
  if (rejected.length > 0) {
    await insertRecords('import_rejections', { rows: rejected, shared: own }).execute(db)
  }
  if (page.records) await noteImportRecords(scoped, task.id, page.records)
  await db
    .insertInto('import_pages')
    .values({
      ...own,
      page: task.pages + 1,
      created_records: created,
      first_event_at: page.eventsBetween?.first ?? null,
      last_event_at: page.eventsBetween?.last ?? null,
    })
    .execute()
  await db
    .updateTable('import_tasks')
    .set({
      byte_offset: page.to.offset,
      row_number: page.to.row,
      bytes_read: sql`greatest(bytes_read, ${page.bytesRead}::bigint)`,
      pages: task.pages + 1,
      processed_records: task.processed_records + successful + failed,
      successful_records: task.successful_records + successful,
      failed_records: task.failed_records + failed,
      created_records: task.created_records + created,
      updated_records: task.updated_records + updated,
      duplicate_records: task.duplicate_records + duplicates,
      conflict_records: task.conflict_records + conflicts,
      ...change(scope, timeOfDay),
    })
    .where('id', '=', task.id)
    .where('environment_id', '=', scope.environmentId)
    .execute()
}

/** A row may have been refused for a character that cannot be stored. */
function storableText(text: string): string {
  return text.replaceAll('\u0000', '\uFFFD').toWellFormed()
}
