import { type CodedError, keyReused, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { newId } from '../connection/ids.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import { allOf, equal, type Search, type SearchPage, searchPage } from '../search/search.ts'
import { searchFields } from '../search/search-fields.ts'
import type { ImportLayout, ImportTaskTable } from '../tables/import-tables.ts'

export type ImportTaskRow = Selectable<ImportTaskTable>

export type NewImportTask = Pick<
  ImportTaskRow,
  | 'idempotency_key'
  | 'request_hash'
  | 'entity_type'
  | 'file_type'
  | 'file_provider'
  | 'upload_id'
  | 'file_url'
  | 'file_name'
  | 'metadata'
  | 'dry_run'
  | 'track_progress'
>

export interface ImportTaskSearch extends Search {
  readonly entity_type?: string | undefined
  readonly task_status?: string | undefined
  readonly created_by?: string | undefined
}

/**
 * Stores what is to be imported, before its workflow starts. Idempotent by its key. Of tasks all instants are the
 * time of day, as people watch them, whatever a test clock says.
 *
 * @param workflowIdOf the workflow's id, by the task's
 * @returns the task, which may be done already
 * @throws key_reused when the key was used for another task
 */
export async function insertImportTask(
  { db, scope }: Scoped,
  task: NewImportTask,
  { timeOfDay, workflowIdOf }: { timeOfDay: Date; workflowIdOf: (taskId: string) => string },
): Promise<ImportTaskRow> {
  const id = newId('importTask')
  await db
    .insertInto('import_tasks')
    .values({
      ...task,
      id,
      metadata: json(task.metadata),
      workflow_id: workflowIdOf(id),
      ...{
        workflow_run_id: null,
        layout: null,
        unknown_columns: null,
        file_version: null,
        file_size: null,
        error_code: null,
        error_summary: null,
      },
      ...{ started_at: null, completed_at: null, failed_at: null },
      ...creation(scope, timeOfDay),
    })
    .onConflict((conflict) => conflict.columns(['environment_id', 'idempotency_key']).doNothing())
    .execute()
  const stored = await db
    .selectFrom('import_tasks')
    .selectAll()
    .where('environment_id', '=', scope.environmentId)
    .where('idempotency_key', '=', task.idempotency_key)
    .executeTakeFirstOrThrow()
  if (stored.request_hash !== task.request_hash) throw keyReused()
  return stored
}

/** @throws not_found */
export async function getImportTask({ db, scope }: Scoped, id: string): Promise<ImportTaskRow> {
  const row = await db
    .selectFrom('import_tasks')
    .selectAll()
    .where('id', '=', id)
    .where('environment_id', '=', scope.environmentId)
    .executeTakeFirst()
  if (!row) throw notFound('Task', id)
  return row
}

/** Which run works on it. */
export async function noteImportWorkflow(
  { db, scope }: Scoped,
  { id, runId }: { id: string; runId: string },
): Promise<void> {
  await db
    .updateTable('import_tasks')
    .set({ workflow_run_id: runId })
    .where('id', '=', id)
    .where('environment_id', '=', scope.environmentId)
    .execute()
}

/** Begins a task that has not begun, or goes on. Idempotent. @throws not_found */
export async function beginImportTask(scoped: Scoped, id: string, timeOfDay: Date): Promise<ImportTaskRow> {
  const { db, scope } = scoped
  await db
    .updateTable('import_tasks')
    .set({ task_status: 'PROCESSING', started_at: timeOfDay, ...change(scope, timeOfDay) })
    .where('id', '=', id)
    .where('environment_id', '=', scope.environmentId)
    .where('task_status', '=', 'PENDING')
    .execute()
  return getImportTask(scoped, id)
}

/** How the file is to be read, once it was looked at; whoever begins again finds it. */
export async function noteImportLayout(
  { db, scope }: Scoped,
  noted: {
    readonly id: string
    readonly layout: ImportLayout
    readonly unknownColumns: readonly string[]
    /** Of a file that is not in the store. */
    readonly seen?: { readonly version: string; readonly size: number | null } | undefined
  },
): Promise<void> {
  await db
    .updateTable('import_tasks')
    .set({
      layout: json(noted.layout),
      unknown_columns: noted.unknownColumns,
      file_version: noted.seen?.version ?? null,
      file_size: noted.seen?.size ?? null,
      byte_offset: noted.layout.start.offset,
      row_number: noted.layout.start.row,
    })
    .where('id', '=', noted.id)
    .where('environment_id', '=', scope.environmentId)
    .where('layout', 'is', null)
    .execute()
}

/** Ends a task, completed or with what went wrong. Idempotent; the first end is kept. */
export async function endImportTask(
  { db, scope }: Scoped,
  { id, error, timeOfDay }: { id: string; error?: Pick<CodedError, 'code' | 'message'>; timeOfDay: Date },
): Promise<void> {
  await db
    .updateTable('import_tasks')
    .set({
      ...(error
        ? {
            task_status: 'FAILED',
            failed_at: timeOfDay,
            error_code: error.code,
            error_summary: error.message,
          }
        : { task_status: 'COMPLETED', completed_at: timeOfDay }),
      started_at: sql`coalesce(started_at, ${timeOfDay})`,
      ...change(scope, timeOfDay),
    })
    .where('id', '=', id)
    .where('environment_id', '=', scope.environmentId)
    .where('task_status', 'in', ['PENDING', 'PROCESSING'])
    .execute()
}

/** @throws validation_error for a filter or sort that does not exist */
export function searchImportTasks(
  scoped: Scoped,
  search: ImportTaskSearch,
): Promise<SearchPage<ImportTaskRow>> {
  const query = allOf(scoped.db.selectFrom('import_tasks').selectAll(), [
    equal('entity_type', search.entity_type),
    equal('task_status', search.task_status),
    equal('created_by', search.created_by),
  ])
  return searchPage(query, search, importTaskFields)
}

export const importTaskFields = searchFields<keyof ImportTaskTable>({
  text: [
    'id',
    'entity_type',
    'file_type',
    'file_name',
    'upload_id',
    'task_status',
    'workflow_id',
    'status',
    'created_by',
    'updated_by',
  ],
  number: ['processed_records', 'successful_records', 'failed_records'],
  instant: ['started_at', 'completed_at', 'failed_at', 'created_at', 'updated_at'],
})
