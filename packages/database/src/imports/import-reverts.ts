import { assert, type CodedError, notFound } from '@flexprice/domain'
import { type Selectable, sql } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import { change, creation, json } from '../connection/row-changes.ts'
import type { ImportRevertTable, RevertPlace } from '../tables/import-tables.ts'

export type ImportRevertRow = Selectable<ImportRevertTable>

/** What became of a page of a revert. */
export interface RevertedPage {
  /** Where the next one begins; null when nothing is left. */
  readonly to: RevertPlace | null
  readonly reverted: number
  readonly refused: readonly { readonly id: string; readonly reason: string }[]
}

/** Undefined where nobody has begun to take the task back. */
export async function getImportRevert(
  { db, scope }: Scoped,
  taskId: string,
): Promise<ImportRevertRow | undefined> {
  return byTask({ db, scope }, taskId).executeTakeFirst()
}

/**
 * Begins to take a task back, from its beginning: what an earlier run has refused may be free by now. Idempotent by the
 * run of its workflow.
 */
export async function beginImportRevert(
  { db, scope }: Scoped,
  { taskId, runId, timeOfDay }: { taskId: string; runId: string; timeOfDay: Date },
): Promise<ImportRevertRow> {
  const anew = {
    run_id: runId,
    revert_status: 'PROCESSING',
    place: null,
    refused_records: 0,
    error_code: null,
    error_summary: null,
    started_at: timeOfDay,
    ended_at: null,
  } as const
  await db
    .insertInto('import_reverts')
    .values({ task_id: taskId, ...anew, ...creation(scope, timeOfDay) })
    .onConflict((conflict) =>
      conflict
        .column('task_id')
        .doUpdateSet({ ...anew, ...change(scope, timeOfDay) })
        .where('import_reverts.run_id', '<>', runId),
    )
    .execute()
  return byTask({ db, scope }, taskId).executeTakeFirstOrThrow()
}

/** Holds it until the caller's transaction ends, so that one page at a time is taken back. @throws not_found */
export async function lockImportRevert({ db, scope }: Scoped, taskId: string): Promise<ImportRevertRow> {
  assert(db.isTransaction, 'a page is taken back in one transaction')
  const row = await byTask({ db, scope }, taskId).forUpdate().executeTakeFirst()
  if (!row) throw notFound('Revert of task', taskId)
  return row
}

/**
 * Moves a revert on by a page, in the transaction that took its records back, and completes it by the last one. The
 * caller holds it.
 */
export async function writeRevertedPage(
  { db, scope }: Scoped,
  revert: ImportRevertRow,
  page: RevertedPage,
  timeOfDay: Date,
): Promise<void> {
  if (page.refused.length > 0) {
    const { task_id: taskId, run_id: runId } = revert
    await sql`
      insert into import_records (task_id, record_id, environment_id, is_made, refused_by, refusal)
      select ${taskId}, id, ${scope.environmentId}, true, ${runId}, reason
      from unnest(${page.refused.map(({ id }) => id)}::text[], ${page.refused.map(({ reason }) => reason)}::text[])
        as refused (id, reason) order by id
      on conflict (task_id, record_id) do update set refused_by = excluded.refused_by, refusal = excluded.refusal`.execute(
      db,
    )
  }
  await db
    .updateTable('import_reverts')
    .set({
      place: json(page.to),
      pages: revert.pages + 1,
      reverted_records: revert.reverted_records + page.reverted,
      refused_records: revert.refused_records + page.refused.length,
      ...(page.to === null && { revert_status: 'COMPLETED', ended_at: timeOfDay }),
      ...change(scope, timeOfDay),
    })
    .where('task_id', '=', revert.task_id)
    .where('environment_id', '=', scope.environmentId)
    .execute()
}

/** Ends the run of a revert with what went wrong. Idempotent; the first end is kept. */
export async function failImportRevert(
  { db, scope }: Scoped,
  failed: {
    readonly taskId: string
    readonly runId: string
    readonly error: Pick<CodedError, 'code' | 'message'>
    readonly timeOfDay: Date
  },
): Promise<void> {
  await db
    .updateTable('import_reverts')
    .set({
      revert_status: 'FAILED',
      error_code: failed.error.code,
      error_summary: failed.error.message,
      ended_at: failed.timeOfDay,
      ...change(scope, failed.timeOfDay),
    })
    .where('task_id', '=', failed.taskId)
    .where('environment_id', '=', scope.environmentId)
    .where('run_id', '=', failed.runId)
    .where('revert_status', '=', 'PROCESSING')
    .execute()
}

function byTask({ db, scope }: Scoped, taskId: string) {
  return db
    .selectFrom('import_reverts')
    .selectAll()
    .where('task_id', '=', taskId)
    .where('environment_id', '=', scope.environmentId)
}
