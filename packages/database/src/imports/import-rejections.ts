import type { Selectable } from 'kysely'
import type { Scoped } from '../connection/connection.ts'
import type { ImportRejectionTable } from '../tables/import-tables.ts'

export type RejectionRow = Pick<
  Selectable<ImportRejectionTable>,
  'row_number' | 'position' | 'field' | 'reason' | 'row_text'
>

/** The problems of a task's rejected rows in the order of the file, behind the last of the page before. */
export function listRejections(
  { db, scope }: Scoped,
  {
    taskId,
    after,
    limit,
  }: { taskId: string; after: Pick<RejectionRow, 'row_number' | 'position'>; limit: number },
): Promise<RejectionRow[]> {
  return db
    .selectFrom('import_rejections')
    .select(['row_number', 'position', 'field', 'reason', 'row_text'])
    .where('task_id', '=', taskId)
    .where('environment_id', '=', scope.environmentId)
    .where(({ eb, refTuple, tuple }) =>
      eb(refTuple('row_number', 'position'), '>', tuple(after.row_number, after.position)),
    )
    .orderBy('row_number')
    .orderBy('position')
    .limit(limit)
    .execute()
}
